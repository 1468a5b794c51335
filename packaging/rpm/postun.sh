# SPDX-License-Identifier: GPL-3.0-or-later
# An upgrade goes on with the new program.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || :
    [ "$1" = 0 ] || systemctl try-restart pii-milter.service || :
fi
