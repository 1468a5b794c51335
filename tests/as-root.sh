#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program that cargo has built: by sudo where it needs Postfix, else as it is.
set -euo pipefail
case $(basename "$1") in
    mta-* | demo) exec sudo --preserve-env "$@" ;;
    *) exec "$@" ;;
esac
