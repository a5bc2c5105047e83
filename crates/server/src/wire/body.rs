//! The text of a body. serde_json reads it; when it cannot, this finds the offset that Python's `json` would name, because
//! the offset is part of the answer.

use serde_json::Value;

use super::problem::Problem;

/// Deeper text is not searched; serde_json gives up at 128 already.
const DEEPEST: usize = 200;

/// The JSON value of a body; `None` for an empty one.
///
/// # Errors
/// One `json_invalid`.
pub fn read(bytes: &[u8]) -> Result<Option<Value>, Vec<Problem>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map(Some).map_err(|error| {
        let text = String::from_utf8_lossy(bytes);
        let offset = python_offset(&text).unwrap_or_else(|| serde_offset(&text, &error));
        vec![Problem::json_invalid(offset)]
    })
}

/// Where Python finds the mistake, in characters; `None` when Python would find none (`NaN`, a lone surrogate, `1e999`).
fn python_offset(text: &str) -> Option<usize> {
    let mut scan = Scan { text: text.chars().collect(), at: 0 };
    scan.blank();
    let result = scan.value(0);
    scan.blank();
    match result {
        Err(Stop::At(offset)) => Some(offset),
        Err(Stop::TooDeep) => None,
        Ok(()) => (scan.at < scan.text.len()).then_some(scan.at),
    }
}

fn serde_offset(text: &str, error: &serde_json::Error) -> usize {
    let before: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(|line| line.chars().count()).sum();
    before + error.column().saturating_sub(1)
}

enum Stop {
    At(usize),
    TooDeep,
}

struct Scan {
    text: Vec<char>,
    at: usize,
}

impl Scan {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: char) -> Result<(), Stop> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(Stop::At(self.at))
    }

    fn value(&mut self, depth: usize) -> Result<(), Stop> {
        if depth > DEEPEST {
            return Err(Stop::TooDeep);
        }
        match self.peek() {
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Stop> {
        self.at += 1;
        self.blank();
        if self.take('}').is_ok() {
            return Ok(());
        }
        loop {
            if self.peek() != Some('"') {
                return Err(Stop::At(self.at));
            }
            self.string()?;
            self.blank();
            self.take(':')?;
            self.blank();
            self.value(depth + 1)?;
            self.blank();
            if self.take('}').is_ok() {
                return Ok(());
            }
            self.take(',')?;
            self.blank();
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Stop> {
        self.at += 1;
        self.blank();
        if self.take(']').is_ok() {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.blank();
            if self.take(']').is_ok() {
                return Ok(());
            }
            self.take(',')?;
            self.blank();
        }
    }

    fn string(&mut self) -> Result<(), Stop> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(Stop::At(start)),
                Some('"') => break self.at += 1,
                Some('\\') => self.escape(start)?,
                Some('\0'..='\x1f') => return Err(Stop::At(self.at)),
                Some(_) => self.at += 1,
            }
        }
        Ok(())
    }

    fn escape(&mut self, start: usize) -> Result<(), Stop> {
        let slash = self.at;
        self.at += 2;
        match self.text.get(slash + 1) {
            None => Err(Stop::At(start)),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(()),
            Some('u') => {
                self.at += 4;
                // Python wants one more character after the four digits.
                let digits = self.text.get(slash + 2..self.at).filter(|_| self.at < self.text.len());
                match digits.is_some_and(|digits| digits.iter().all(char::is_ascii_hexdigit)) {
                    true => Ok(()),
                    false => Err(Stop::At(slash + 1)),
                }
            }
            Some(_) => Err(Stop::At(slash)),
        }
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.text[start..].starts_with(&['-', 'I']) {
            return self.word();
        }
        let _ = self.take('-');
        match self.peek() {
            Some('0') => self.at += 1,
            Some('1'..='9') => self.digits(),
            _ => return Err(Stop::At(start)),
        }
        // A point or an exponent without digits is not part of the number.
        self.part(|scan| scan.take('.').is_ok());
        self.part(|scan| {
            let marked = scan.take('e').is_ok() || scan.take('E').is_ok();
            let _ = scan.take('+').or_else(|_| scan.take('-'));
            marked
        });
        Ok(())
    }

    fn part(&mut self, begins: impl FnOnce(&mut Self) -> bool) {
        let start = self.at;
        let begun = begins(self);
        let digits = self.at;
        self.digits();
        if !begun || self.at == digits {
            self.at = start;
        }
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some('0'..='9')) {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Result<(), Stop> {
        for word in ["null", "true", "false", "NaN", "Infinity", "-Infinity"] {
            if self.text[self.at..].iter().copied().take(word.len()).eq(word.chars()) {
                self.at += word.len();
                return Ok(());
            }
        }
        Err(Stop::At(self.at))
    }
}
