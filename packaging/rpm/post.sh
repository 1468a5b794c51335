# SPDX-License-Identifier: GPL-3.0-or-later
# Makes user and folders; a first install enables and starts the service. The MTA is left as it is.
if [ "$1" = 1 ]; then
    case $(getent passwd pii-milter || :) in
    '' | *:/nonexistent:*) ;;
    *) echo "pii-milter: the user pii-milter was there already, and stays as it is; the service runs as it." ;;
    esac
fi
systemd-sysusers pii-milter.conf || :
systemd-tmpfiles --create pii-milter.conf || :
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || :
fi
if [ "$1" = 1 ] && command -v systemctl >/dev/null; then
    systemctl enable pii-milter.service || :
    [ ! -d /run/systemd/system ] || systemctl start pii-milter.service || :
    echo "pii-milter only looks so far (mode: monitor), and no MTA asks it yet. Next: pii-milter setup"
fi
