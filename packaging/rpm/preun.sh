# SPDX-License-Identifier: GPL-3.0-or-later
# The last removal (not an upgrade) stops the service. State and a changed configuration stay.
if [ "$1" = 0 ] && command -v systemctl >/dev/null; then
    if [ -d /run/systemd/system ]; then
        systemctl disable --now pii-milter.service || :
    else
        systemctl disable pii-milter.service || :
    fi
fi
if [ "$1" = 0 ] && grep -qs 'pii-milter/milter\.sock' /etc/postfix/main.cf; then
    echo "pii-milter: Postfix still asks it, and puts all mail off (451) until it is taken out of smtpd_milters and"
    echo "pii-milter: non_smtpd_milters in /etc/postfix/main.cf; then: postfix reload"
fi
