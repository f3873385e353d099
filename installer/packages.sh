#!/usr/bin/env bash
# Checks the system packages of the named lists (build, run, test) and installs what is missing, as root or
# through sudo. Says what it does before it does it. Does nothing, quickly, when nothing is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lists=("$@")
[ ${#lists[@]} -gt 0 ] || lists=(build run)

say() { printf '%s\n' "$*"; }

for tool in cargo node npm; do
    if ! command -v "$tool" >/dev/null; then
        say "缺少 $tool：请先安装 Rust（rustup.rs）和 Node.js 20 以上。"
        say "$tool is missing: install Rust (rustup.rs) and Node.js 20 or newer first."
        exit 1
    fi
done

wanted=()
for list in "${lists[@]}"; do
    while read -r package _; do
        case $package in '' | '#'*) ;; *) wanted+=("$package") ;; esac
    done <"$here/packages/$list.txt"
done

if ! command -v dpkg-query >/dev/null; then
    say "这不是 Debian 系的系统，请自行安装 / not a Debian-family system, please install yourself: ${wanted[*]}"
    exit 1
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
    grep -qx "installed $package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say "缺少系统软件包，现在用 apt 安装 / installing missing system packages with apt:"
printf '    %s\n' "${missing[@]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        say "没有 root 权限，也没有 sudo。请管理员运行 / no root and no sudo; ask an administrator to run:"
        say "    apt-get install --no-install-recommends ${missing[*]}"
        exit 1
    fi
    as_root=(sudo)
    # Nobody is there to type a password: fail with a sentence instead of waiting.
    [ -t 0 ] || as_root=(sudo -n)
    say "需要 sudo / through sudo"
fi

apt() {
    # Another installation may be under way: wait for it.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=400 -q -y "$@" </dev/null
}

# The list of packages is fetched only when it does not know one of them, or has gone stale.
known=$(apt-cache pkgnames 2>/dev/null || true)
for package in "${missing[@]}"; do
    if ! grep -qx "$package" <<<"$known"; then
        apt update
        break
    fi
done
apt install --no-install-recommends "${missing[@]}" || {
    apt update
    apt install --no-install-recommends "${missing[@]}"
}
