// Checks an evidence bundle with Go's own packages for transparency logs.
//
//	check FOLDER TRUSTED_VKEYS [OLD_CHECKPOINT...]
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func refuse(format string, args ...any) {
	fmt.Printf("REFUSED: "+format+"\n", args...)
	os.Exit(1)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		refuse("%v", err)
	}
	return data
}

// hashes are those that the tree stores, in their order. They are made here from the leaves: tiles that were read are
// only compared with them. (x/mod's own reader of tiles takes forged ones before its version 0.40.)
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, i := range indexes {
		found = append(found, h[i])
	}
	return found, nil
}

// checkpoint reads a signed note and what it says of the tree.
func checkpoint(path string, trusted note.Verifiers) tlog.Tree {
	signed, err := note.Open(read(path), trusted)
	if err != nil {
		refuse("%s: %v", path, err)
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != signed.Sigs[0].Name {
		refuse("%s: no checkpoint of the log that signed it", path)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		refuse("%s: %v", path, err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		refuse("%s: %v", path, err)
	}
	return tlog.Tree{N: size, Hash: root}
}

// name of a tile, or of the bundle of entries beside a tile of level 0.
func name(level string, n, width int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + path
}

func main() {
	folder := os.Args[1]
	var keys []note.Verifier
	for _, line := range strings.Fields(string(read(os.Args[2]))) {
		key, err := note.NewVerifier(line)
		if err != nil {
			refuse("%s: %v", line, err)
		}
		keys = append(keys, key)
	}
	trusted := note.VerifierList(keys...)
	tree := checkpoint(filepath.Join(folder, "checkpoint"), trusted)
	var manifest struct{ Size, From, To int64 }
	if err := json.Unmarshal(read(filepath.Join(folder, "manifest.json")), &manifest); err != nil {
		refuse("manifest.json: %v", err)
	}
	if manifest.Size != tree.N || manifest.To > tree.N {
		refuse("the manifest is for another tree than the checkpoint")
	}

	// Each leaf's hash: of the entries where the bundle has them, from the tiles of level 0 elsewhere.
	var stored hashes
	entries := int64(0)
	for first := int64(0); first < tree.N; first += 256 {
		width := min(tree.N-first, 256)
		var leaves []tlog.Hash
		if first < manifest.To && first+width > manifest.From {
			path := name("entries", first/256, width)
			data := read(filepath.Join(folder, path))
			for len(data) >= 2 && len(data) >= 2+int(data[0])<<8+int(data[1]) {
				end := 2 + int(data[0])<<8 + int(data[1])
				leaves = append(leaves, tlog.RecordHash(data[2:end]))
				data = data[end:]
			}
			if len(data) > 0 || int64(len(leaves)) != width {
				refuse("%s: not %d whole entries", path, width)
			}
			entries += width
		} else {
			path := name("0", first/256, width)
			data := read(filepath.Join(folder, path))
			if int64(len(data)) != width*tlog.HashSize {
				refuse("%s: not %d hashes", path, width)
			}
			for ; len(data) > 0; data = data[tlog.HashSize:] {
				var leaf tlog.Hash
				copy(leaf[:], data)
				leaves = append(leaves, leaf)
			}
		}
		for i, leaf := range leaves {
			more, err := tlog.StoredHashesForRecordHash(first+int64(i), leaf, stored)
			if err != nil {
				refuse("entry %d: %v", first+int64(i), err)
			}
			stored = append(stored, more...)
		}
	}

	// Every tile, and with them where a wrong root comes from.
	tiles := 0
	for level := 0; tree.N>>(8*level) > 0; level++ {
		count := tree.N >> (8 * level)
		for n := int64(0); n*256 < count; n++ {
			width := min(count-n*256, 256)
			want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: n, W: int(width)}, stored)
			if err != nil {
				refuse("tile %d of level %d: %v", n, level, err)
			}
			path := name(strconv.Itoa(level), n, width)
			if !bytes.Equal(want, read(filepath.Join(folder, path))) {
				refuse("%s is not what the entries give", path)
			}
			tiles++
		}
	}
	if tree.N > 0 {
		root, err := tlog.TreeHash(tree.N, stored)
		if err != nil || root != tree.Hash {
			refuse("the entries do not give the root of the checkpoint (%v)", err)
		}
	}

	// Every older checkpoint: of the bundle, and those that were kept elsewhere.
	older, _ := filepath.Glob(filepath.Join(folder, "checkpoints/*"))
	older = append(older, os.Args[3:]...)
	for _, path := range older {
		old := checkpoint(path, trusted)
		if old.N > tree.N {
			refuse("%s knows of %d entries, the log has %d", path, old.N, tree.N)
		}
		if old.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, old.N, stored)
		if err == nil {
			err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
		}
		if err != nil {
			refuse("%s: what it signed is not the beginning of the log: %v", path, err)
		}
	}
	fmt.Printf("Go: accepted %d leaves (%d entries read), %d tiles, %d older checkpoints\n", tree.N, entries, tiles, len(older))
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
