#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the deb and the rpm into a folder, and has lintian and rpmlint judge them.
#
#   packaging/build.sh FOLDER [VERSION]
#
# VERSION stands on the packages instead of Cargo.toml's (test-install.sh needs an older one).
# DEBFULLNAME and DEBEMAIL say who answers for the deb, as for Debian's own tools.
# The same commit gives the same bytes, in whatever folder it lies: its time is the time of all files.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "$1"
out=$(realpath "$1")
: "${CARGO_TARGET_DIR:=${XDG_CACHE_HOME:-$HOME/.cache}/pii-milter/target}"
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/packages"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
# No path of the machine that builds ends in the program.
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/pii-milter"
version=${2:-$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)}
maintainer="${DEBFULLNAME:-The pii-milter authors} <${DEBEMAIL:-pii-milter@packages.invalid}>"
[ -n "${DEBEMAIL:-}" ] || echo 'packages: nobody answers for them; set DEBFULLNAME and DEBEMAIL before you hand them on' >&2
umask 022

export PATH="$CARGO_TARGET_DIR/tools/bin:$PATH"
for tool in cargo-deb cargo-generate-rpm; do
    command -v "$tool" >/dev/null || {
        echo "packages: installing $tool by cargo"
        RUSTFLAGS='' cargo install --quiet --locked --root "$CARGO_TARGET_DIR/tools" "$tool"
    }
done

# Stripped by the linker: its build id sums up what is there, and debugging symbols name the folder of the build.
cargo rustc --quiet --release --locked --bin pii-milter -- -C strip=symbols

# The tree as it is, and what is made from it, in a folder where every file has the commit's time.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create | tar --extract --directory="$tree"
stage=$tree/target/release/stage
mkdir -p "$stage"
cp "$CARGO_TARGET_DIR/release/pii-milter" "$stage/"
for shell in bash zsh fish; do
    "$stage/pii-milter" completions $shell >"$stage/completions.$shell"
done
packaging/third-party.py | gzip -9n >"$stage/third-party.txt.gz"
for page in man/*.[58]; do
    gzip -9nc "$page" >"$stage/$(basename "$page").gz"
done
gzip -9nc CHANGELOG.md >"$stage/changelog.gz"
sed -i "s/^ -- .*>  / -- $maintainer  /" "$tree/packaging/deb/changelog"
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

deb=$out/pii-milter_$version-1_$(dpkg --print-architecture).deb
rpm=$out/pii-milter-$version-1.$(uname -m).rpm
(
    cd "$tree"
    export CARGO_TARGET_DIR=$tree/target
    cargo deb --quiet --no-build --no-strip --deb-version "$version-1" --maintainer "$maintainer" --output "$deb"
    cargo generate-rpm --auto-req builtin --set-metadata "version = \"$version\"" --output "$rpm"
)

if [ $# = 1 ]; then
    lintian --fail-on error,warning --pedantic --info "$deb"
    rpmlint --config packaging/rpm/rpmlint.toml "$rpm"
fi
ls -l "$deb" "$rpm"
