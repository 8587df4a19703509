package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// immutable are the file flags that keep even root from removing a file.
const immutable = unix.STATX_ATTR_IMMUTABLE | unix.STATX_ATTR_APPEND

// removeTree deletes a folder with everything in it, immutable files too.
func removeTree(dir string) error {
	err := os.RemoveAll(dir)
	if !errors.Is(err, unix.EPERM) {
		return err
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		return makeMutable(p)
	})
	return errors.Join(err, os.RemoveAll(dir))
}

// makeMutable is chattr -i -a.
func makeMutable(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil || flags&immutable == 0 { // the bits are the same as in statx
		return nil
	}
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags&^immutable)
}
