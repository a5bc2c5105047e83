//! The index in a file, so that a start need not read the log. Derived from the database and nothing more: a file that does
//! not fit is passed over.
//!
//! The format is our own and may change with every version: numbers are little-endian, lists and texts begin with their
//! length (eight bytes), and the SHA-256 of everything before it ends the file.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use roaring::RoaringBitmap;
use sha2::{Digest as _, Sha256};

use super::dictionary::{Dictionary, Packed};
use super::postings::Postings;
use super::segment::{Run, Segment};
use super::times::Times;
use super::{Index, Part};

/// Changes with the format, and with what is read from a row.
pub const FORMAT: i64 = 2;

/// What a file begins with.
fn magic() -> String {
    format!("daybook-index {FORMAT}\n")
}

/// Which log the index is of, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The name of the log.
    pub origin: String,
    /// Entries of the log that are in the index.
    pub size: u64,
    /// The hash of the last of them: its leaf has salts, so no other log has the same.
    pub last_leaf: [u8; 32],
    /// See [`crate::store::audit::feed::Position`].
    pub mark: i64,
}

pub fn write(index: &Index, stamp: &Stamp, to: impl Write) -> io::Result<()> {
    let mut out = Writer::new(to)?;
    out.text(&stamp.origin)?;
    out.number(stamp.size)?;
    out.bytes(&stamp.last_leaf)?;
    out.bytes(&stamp.mark.to_le_bytes())?;
    out.number(index.parts.len() as u64)?;
    for part in &index.parts {
        out.segment(&part.segment)?;
        out.bitmap(&part.dead)?;
    }
    out.finish()?.flush()
}

/// A segment by itself.
pub fn write_segment(segment: &Segment) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new())?;
    out.segment(segment)?;
    out.finish()
}

/// Reads what [`write_segment`] wrote; errors as those of [`read`].
pub fn read_segment(from: &[u8]) -> io::Result<Segment> {
    let mut input = Reader::new(from)?;
    let segment = input.segment()?;
    input.finish()?;
    Ok(segment)
}

/// Reads what [`write`] wrote.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] for anything else.
pub fn read(from: impl Read) -> io::Result<(Index, Stamp)> {
    let mut input = Reader::new(from)?;
    let stamp = Stamp {
        origin: input.text()?.into(),
        size: input.number()?,
        last_leaf: input.array()?,
        mark: i64::from_le_bytes(input.array()?),
    };
    let mut index = Index::default();
    for _ in 0..input.length()? {
        let segment = input.segment()?;
        let dead = input.bitmap()?;
        index.parts.push(Part { bytes: segment.bytes(), segment: Arc::new(segment), dead, sealed: true });
    }
    input.finish()?;
    Ok((index, stamp))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

struct Writer<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Writer<W> {
    fn new(to: W) -> io::Result<Writer<W>> {
        let mut writer = Writer { to, hash: Sha256::new() };
        writer.bytes(magic().as_bytes())?;
        Ok(writer)
    }

    fn finish(mut self) -> io::Result<W> {
        let hash = self.hash.finalize();
        self.to.write_all(&hash)?;
        Ok(self.to)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.to.write_all(bytes)
    }

    fn number(&mut self, number: u64) -> io::Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.bytes(text.as_bytes())
    }

    fn bitmap(&mut self, set: &RoaringBitmap) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(set.serialized_size());
        set.serialize_into(&mut bytes)?;
        self.number(bytes.len() as u64)?;
        self.bytes(&bytes)
    }

    /// A list of equally wide things.
    fn list<T, const N: usize>(&mut self, list: &[T], form: impl Fn(&T) -> [u8; N]) -> io::Result<()> {
        self.number(list.len() as u64)?;
        let mut bytes = Vec::with_capacity(N * list.len().min(1 << 16));
        for chunk in list.chunks(1 << 16) {
            bytes.clear();
            chunk.iter().for_each(|one| bytes.extend_from_slice(&form(one)));
            self.bytes(&bytes)?;
        }
        Ok(())
    }

    fn postings(&mut self, postings: &Postings) -> io::Result<()> {
        match postings {
            Postings::One(only) => self.list(&[*only], |position| position.to_le_bytes()),
            Postings::Few(list) => self.list(list, |position| position.to_le_bytes()),
            Postings::Many(set) => {
                // No list is as long.
                self.number(u64::MAX)?;
                self.bitmap(set)
            }
        }
    }

    fn segment(&mut self, segment: &Segment) -> io::Result<()> {
        self.list(&segment.times.iter().collect::<Vec<i64>>(), |time| time.to_le_bytes())?;
        self.list(&segment.ids, |id| id.to_le_bytes())?;
        self.number(segment.other_ids.len() as u64)?;
        for (position, id) in &segment.other_ids {
            self.number(u64::from(*position))?;
            self.text(id)?;
        }
        self.list(&segment.runs, |run| {
            let mut bytes = [0; 12];
            bytes[..4].copy_from_slice(&run.start.to_le_bytes());
            bytes[4..].copy_from_slice(&run.seq.unwrap_or(u64::MAX).to_le_bytes());
            bytes
        })?;
        for dictionary in &segment.fields {
            let packed = dictionary.pack();
            let pieces = packed.pieces();
            self.text(pieces.texts)?;
            self.list(pieces.text_ends, |end| end.to_le_bytes())?;
            self.list(pieces.positions, |position| position.to_le_bytes())?;
            self.list(pieces.position_ends, |end| end.to_le_bytes())?;
            self.number(pieces.bitmaps.len() as u64)?;
            for (value, set) in pieces.bitmaps {
                self.number(u64::from(*value))?;
                self.bitmap(set)?;
            }
        }
        self.number(segment.numbers.len() as u64)?;
        for (member, buckets) in &segment.numbers {
            self.text(member)?;
            self.number(buckets.len() as u64)?;
            for (bucket, postings) in buckets {
                self.number(u64::from(*bucket))?;
                self.postings(postings)?;
            }
        }
        self.bitmap(&segment.of_organization)
    }
}

struct Reader<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Reader<R> {
    fn new(from: R) -> io::Result<Reader<R>> {
        let mut reader = Reader { from, hash: Sha256::new() };
        match reader.bytes(magic().len() as u64)? == magic().as_bytes() {
            true => Ok(reader),
            false => Err(invalid("another format")),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        let expected: [u8; 32] = self.hash.finalize().into();
        let mut found = [0; 32];
        self.from.read_exact(&mut found)?;
        match found == expected && self.from.read(&mut [0])? == 0 {
            true => Ok(()),
            false => Err(invalid("another checksum")),
        }
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.hash.update(bytes);
        Ok(bytes)
    }

    /// So many bytes: a length that lies does not take memory before the bytes are there.
    fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(1 << 20)).unwrap_or(0));
        (&mut self.from).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(invalid("too short"));
        }
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn number(&mut self) -> io::Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn length(&mut self) -> io::Result<u64> {
        self.number()
    }

    fn small(&mut self) -> io::Result<u32> {
        u32::try_from(self.number()?).map_err(|_| invalid("a position is too great"))
    }

    fn text(&mut self) -> io::Result<Box<str>> {
        let length = self.length()?;
        String::from_utf8(self.bytes(length)?).map(Into::into).map_err(|_| invalid("no text"))
    }

    fn bitmap(&mut self) -> io::Result<RoaringBitmap> {
        let length = self.length()?;
        RoaringBitmap::deserialize_from(self.bytes(length)?.as_slice())
    }

    fn list_of<T, const N: usize>(&mut self, length: u64, read: impl Fn([u8; N]) -> T) -> io::Result<Vec<T>> {
        let mut list = Vec::new();
        let mut left = length;
        while left > 0 {
            let count = left.min(1 << 16);
            let bytes = self.bytes(count * N as u64)?;
            if list.is_empty() {
                list.reserve_exact(usize::try_from(length.min(1 << 26)).unwrap_or(0));
            }
            list.extend(bytes.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()).map(&read));
            left -= count;
        }
        Ok(list)
    }

    fn list<T, const N: usize>(&mut self, read: impl Fn([u8; N]) -> T) -> io::Result<Vec<T>> {
        let length = self.length()?;
        self.list_of(length, read)
    }

    fn postings(&mut self) -> io::Result<Postings> {
        match self.length()? {
            u64::MAX => self.bitmap().map(Postings::Many),
            1 => Ok(Postings::One(u32::from_le_bytes(self.array()?))),
            length => self.list_of(length, u32::from_le_bytes).map(Postings::Few),
        }
    }

    fn segment(&mut self) -> io::Result<Segment> {
        let times: Times = self.list(i64::from_le_bytes)?.into_iter().collect();
        let ids = self.list(u128::from_le_bytes)?;
        let mut other_ids = BTreeMap::new();
        for _ in 0..self.length()? {
            other_ids.insert(self.small()?, self.text()?);
        }
        let runs = self.list(|bytes: [u8; 12]| {
            let [a, b, c, d, seq @ ..] = bytes;
            let seq = u64::from_le_bytes(seq);
            Run { start: u32::from_le_bytes([a, b, c, d]), seq: (seq != u64::MAX).then_some(seq) }
        })?;
        let mut fields: [Dictionary; 9] = Default::default();
        for dictionary in &mut fields {
            let texts = self.text()?.into();
            let text_ends = self.list(u64::from_le_bytes)?;
            let positions = self.list(u32::from_le_bytes)?;
            let position_ends = self.list(u64::from_le_bytes)?;
            let bitmaps =
                (0..self.length()?).map(|_| Ok((self.small()?, self.bitmap()?))).collect::<io::Result<_>>()?;
            let packed = Packed::of_pieces(texts, text_ends, positions, position_ends, bitmaps);
            *dictionary = Dictionary::Sealed(packed.ok_or_else(|| invalid("values without positions"))?);
        }
        let mut numbers = BTreeMap::new();
        for _ in 0..self.length()? {
            let member = self.text()?;
            // In order already: the tree is made in one go.
            let buckets: Vec<_> =
                (0..self.length()?).map(|_| Ok((self.small()?, self.postings()?))).collect::<io::Result<_>>()?;
            numbers.insert(member, buckets.into_iter().collect());
        }
        if times.len() != ids.len() {
            return Err(invalid("not as many ids as times"));
        }
        Ok(Segment { times, ids, other_ids, runs, fields, numbers, of_organization: self.bitmap()? })
    }
}
