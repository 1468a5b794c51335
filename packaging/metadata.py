#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that deb, rpm, unit, folders and configuration say the same. Silent where they do."""
import pathlib
import re
import tomllib

manifest = tomllib.loads(pathlib.Path("Cargo.toml").read_text())
package = manifest["package"]
wrong = []


def installed(source, dest):
    """The paths that an asset has on the machine, without its shell's or distribution's own folder."""
    if not source.startswith("target/release/stage/") and not list(pathlib.Path().glob(source)):
        wrong.append(f"Cargo.toml names {source}, which is not there")
    name = pathlib.PurePath(source).name if dest.endswith("/") and "*" not in source else ""
    return ("/" + dest.lstrip("/") + name).replace("vendor-completions", "site-functions")


deb = {installed(source, dest) for source, dest, _ in package["metadata"]["deb"]["assets"]}
deb.add("/usr/lib/systemd/system/pii-milter.service")  # cargo-deb finds it by itself
rpm = {installed(asset["source"], asset["dest"]) for asset in package["metadata"]["generate-rpm"]["assets"]}
own = re.compile(r"/usr/share/(doc|licenses|lintian)/|/etc/apparmor.d/")
for path in sorted(deb ^ rpm):
    if not own.match(path):
        wrong.append(f"only the {'deb' if path in deb else 'rpm'} has {path}")

folder = re.search(r"listen: unix:(\S+)/milter\.sock", pathlib.Path("conf/pii-milter.yaml").read_text()).group(1)
for file in ("systemd/pii-milter.service", "tmpfiles.d/pii-milter.conf", "apparmor/pii-milter", "deb/postrm"):
    if folder not in pathlib.Path("packaging", file).read_text():
        wrong.append(f"packaging/{file} does not know {folder}, where conf/pii-milter.yaml has the socket")

if not pathlib.Path("packaging/deb/changelog").read_text().startswith(f"pii-milter ({package['version']}-1)"):
    wrong.append(f"packaging/deb/changelog begins with another version than {package['version']}")

if wrong:
    raise SystemExit("\n".join(wrong))
