// A minimal tree of this system's distribution to install into. Its mounts belong to a name space that ends with the
// tests: tests/full/*.sh start them under `unshare --mount`.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything comes from the distribution's mirror, some hundred MB of it. Milliseconds. */
const INSTALL_MS = 900_000

/** Seconds since `begin`, in words. */
export function seconds(begin) { return `${((performance.now() - begin) / 1000).toFixed(1)} s` }

/** Runs a program and gives what it says; with its errors when it fails. */
export function run(file, ...words) {
  return execFileSync(file, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_MS, maxBuffer: 1 << 26 })
}

export class Tree {
  /** The words before a command that is to run inside. */
  static ENVIRONMENT = ['/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8']

  constructor(folder) { this.folder = folder }

  /** The path out here of a path inside. */
  at(path) { return join(this.folder, path) }

  inside(...words) { return run('chroot', this.folder, ...Tree.ENVIRONMENT, ...words) }

  /** Megabytes of its files. */
  megabytes() { return Number(run('du', '-sm', '--one-file-system', this.folder).split('\t')[0]) }

  /** Shows a folder of this system at the same place inside. */
  show(folder) {
    mkdirSync(this.at(folder), { recursive: true })
    run('mount', '--rbind', folder, this.at(folder))
  }

  /** Shows a folder of this system at the same place inside; what is written there stays inside. */
  showCopy(folder) {
    const layers = mkdtempSync(`${this.folder}-layers-`)
    const [upper, work] = ['upper', 'work'].map((name) => join(layers, name))
    mkdirSync(upper)
    mkdirSync(work)
    mkdirSync(this.at(folder), { recursive: true })
    run('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${folder},upperdir=${upper},workdir=${work}`, this.at(folder))
  }

  /** Fills the tree with the distribution's smallest system; gives the distribution's name. */
  build() {
    const suite = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync('/etc/os-release', 'utf8'))[1]
    // The mirror that this system itself uses for it.
    const mirror = run('apt-get', 'indextargets', '--format', '$(RELEASE) $(SITE)', 'Created-By: Packages').split('\n')
      .map((line) => line.split(' ')).find(([name]) => name === suite)?.[1]
    if (!mirror) throw new Error(`apt knows no mirror of ${suite}`)
    run('debootstrap', '--variant=minbase', suite, this.folder, mirror)
    // Programs inside make name spaces of their own, which asks for a root that is a mount.
    run('mount', '--bind', this.folder, this.folder)
    run('mount', '--bind', '/proc', this.at('proc'))
    run('mount', '-t', 'tmpfs', 'tmpfs', this.at('dev'))
    mkdirSync(this.at('dev/shm'), { mode: 0o1777 })
    mkdirSync(this.at('dev/pts'))
    run('mount', '-t', 'devpts', '-o', 'newinstance,ptmxmode=0666', 'devpts', this.at('dev/pts'))
    symlinkSync('pts/ptmx', this.at('dev/ptmx'))
    for (const name of ['null', 'zero', 'random', 'urandom', 'tty']) {
      writeFileSync(this.at(`dev/${name}`), '')
      run('mount', '--bind', `/dev/${name}`, this.at(`dev/${name}`))
    }
    // No daemon is started in the tree.
    writeFileSync(this.at('usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    for (const name of ['resolv.conf', 'hosts']) if (existsSync(join('/etc', name))) copyFileSync(join('/etc', name), this.at(join('etc', name)))
    return suite
  }
}
