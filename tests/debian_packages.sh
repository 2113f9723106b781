#!/bin/sh
# Install what the tests need from Debian's packages, if it is not there yet.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v xgettext >/dev/null || missing="$missing gettext"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
command -v qpdf >/dev/null || missing="$missing qpdf"
# The scanner's and the mail server's own programs; Debian starts neither here, and the tests bring their own settings.
[ -x /usr/sbin/clamd ] || missing="$missing clamav-daemon"
[ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
fc-list 2>/dev/null | grep -qi "noto\|dejavu" || missing="$missing fonts-noto-core"
[ -n "$missing" ] || exit 0
echo "installing:$missing"
root=""
[ "$(id -u)" -eq 0 ] || root="sudo"
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -qq
# shellcheck disable=SC2086 - a list of package names
$root apt-get install -qq -y --no-install-recommends $missing >/dev/null
