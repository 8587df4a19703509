package host

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// realSysctls are the ones that belong to a namespace, or that change with every reading.
var realSysctls = []string{
	"net", "kernel/hostname", "kernel/domainname", "kernel/random", "kernel/ns_last_pid",
	"kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
	"kernel/shmall", "kernel/shmmax", "kernel/shmmni", "fs/mqueue", "fs/file-nr", "fs/dentry-state", "fs/inode-nr",
}

// mountSysctls puts a copy of the real machine's sysctls over /proc/sys, so
// that a server can set and read them without changing the real machine. The
// network's are real, because they are the server's own.
func mountSysctls(root string) error {
	real, fake := filepath.Join(root, "proc/sys"), filepath.Join(root, "run")
	if err := mount("tmpfs", fake, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=555"); err != nil {
		return err
	}
	if err := copySysctls(real, fake); err != nil {
		return err
	}
	for _, name := range realSysctls {
		source, target := filepath.Join(real, name), filepath.Join(fake, name)
		if _, err := os.Stat(source); err != nil {
			continue // this kernel does not have it
		}
		if err := bind(source, target); err != nil {
			return err
		}
	}
	// Every boot has an identity of its own; journald and the operator tell boots apart by it.
	boot := filepath.Join(fake, ".boot_id")
	if err := os.WriteFile(boot, []byte(uuid.NewString()+"\n"), 0o444); err != nil {
		return err
	}
	if err := bindReadOnly(boot, filepath.Join(fake, "kernel/random/boot_id")); err != nil {
		return err
	}
	if err := unix.Mount(fake, real, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.Unmount(fake, unix.MNT_DETACH)
}

// copySysctls copies names and values; what cannot be read is an empty file.
func copySysctls(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			if err := os.MkdirAll(target, 0o555); err != nil {
				return err
			}
			if rel == "net" {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		value, err := os.ReadFile(p)
		if err != nil {
			value = nil // write-only, or not for this kernel configuration
		}
		return os.WriteFile(target, value, info.Mode().Perm())
	})
}
