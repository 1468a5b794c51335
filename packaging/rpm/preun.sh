# SPDX-License-Identifier: GPL-3.0-or-later
# The last removal (not an upgrade) stops the service. State and a changed configuration stay.
if [ "$1" = 0 ] && command -v systemctl >/dev/null; then
    if [ -d /run/systemd/system ]; then
        systemctl disable --now pii-milter.service || :
    else
        systemctl disable pii-milter.service || :
    fi
fi
