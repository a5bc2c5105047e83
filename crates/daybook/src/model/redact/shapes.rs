//! Texts that are secrets wherever they stand. Scanned by hand, byte by byte, in linear time on any input.
//!
//! Every range found begins and ends beside ASCII or at an end of the text, so it can be cut out of UTF-8.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::known::{KNOWN, is_base64, is_key, is_name, is_quote, is_space, may_begin};
use super::names::{self, Class};

pub(super) const MARKER_START: &str = "[redacted:";
const MARKER_LENGTH: usize = MARKER_START.len() + 9;

/// Words that follow "bearer" in prose. Everything else there is a token.
const PROSE: &[&str] =
    &["token", "tokens", "auth", "authentication", "authorization", "scheme", "prefix", "header", "key", "is", "or"];

/// Values in a text that are no secrets.
const NOTHING: &[&str] = &["null", "none", "true", "false"];

/// Longest name looked for before `=` and `:`.
const LONGEST_NAME: usize = 96;

/// Whether the text is `[redacted:<8 hex>]`.
pub(super) fn is_marker(text: &str) -> bool {
    text.len() == MARKER_LENGTH && marker_end(text.as_bytes(), 0).is_some()
}

/// What LiteLLM encrypted and marked so (team callback variables).
pub(super) fn is_litellm_ciphertext(text: &str) -> bool {
    text.strip_prefix("litellm_enc::").is_some_and(|rest| rest.bytes().all(is_base64))
}

/// The text after `Bearer ` or `Basic `, or the whole text.
pub(super) fn without_scheme(text: &str) -> &str {
    let after = text.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)).map(|(_, rest)| rest.trim_start());
    after.filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// The secrets in the text, in order, apart from each other; what is redacted already is none.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut scan = Scan { text, bytes, run: Run::default(), no_jwt_before: 0 };
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = marker_end(bytes, at) {
            at = end;
        } else if let Some(secret) = scan.secret_at(at) {
            at = secret.end.max(at + 1);
            if !is_marker(&text[secret.clone()]) {
                found.push(secret);
            }
        } else {
            at += 1;
        }
    }
    found
}

/// A stretch without spaces and quotes, remembered so that a text of many URLs is read once.
#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    last_at_sign: Option<usize>,
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    run: Run,
    /// No JWT starts before here: the run of characters that ends here was tried.
    no_jwt_before: usize,
}

impl Scan<'_> {
    /// A secret that is recognised by what stands at `at`; it may begin later.
    fn secret_at(&mut self, at: usize) -> Option<Range<usize>> {
        let special = match self.bytes[at] {
            b'-' => self.private_key(at),
            b':' => self.url_password(at).or_else(|| self.assigned(at)),
            b'=' => self.assigned(at),
            b'B' | b'b' => self.credentials(at),
            b'e' => self.jwt(at),
            b's' => self.sk(at),
            b'x' => self.slack(at),
            _ => None,
        };
        special.or_else(|| self.known(at))
    }

    fn known(&self, at: usize) -> Option<Range<usize>> {
        let rest = &self.bytes[at..];
        if !may_begin(rest[0]) {
            return None;
        }
        let known = KNOWN.iter().find(|known| rest.starts_with(known.start.as_bytes()))?;
        let body = at + known.start.len();
        let long_enough = self.bytes[body..].iter().take(known.least).filter(|byte| (known.body)(**byte)).count();
        if long_enough < known.least || (!known.glued && self.follows_letter(at)) {
            return None;
        }
        let start = if known.kept { body } else { at };
        Some(start..self.end_of(body, known.body))
    }

    /// `sk-` and eight or more. Inside a word (`task-management`) digits and letters of both cases must mix.
    fn sk(&self, at: usize) -> Option<Range<usize>> {
        let body = at + 3;
        if !self.bytes[at..].starts_with(b"sk-") {
            return None;
        }
        let window: Vec<u8> = self.bytes[body..].iter().copied().take(64).take_while(|byte| is_key(*byte)).collect();
        let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
        let switches = window
            .windows(2)
            .filter(|two| two.iter().all(u8::is_ascii_alphanumeric) && kind(two[0]) != kind(two[1]))
            .count();
        let looks_random = || window.len() >= 16 && switches * 4 >= window.len();
        let is_secret = if self.follows_letter(at) { looks_random() } else { window.len() >= 8 };
        is_secret.then(|| at..self.end_of(body, is_key))
    }

    /// `xoxb-...`, `xoxp-...`
    fn slack(&self, at: usize) -> Option<Range<usize>> {
        let [b'x', b'o', b'x', kind, b'-', body @ ..] = &self.bytes[at..] else {
            return None;
        };
        let enough = body.iter().take(8).filter(|byte| is_key(**byte)).count() == 8;
        (kind.is_ascii_alphanumeric() && enough).then(|| at..self.end_of(at + 5, is_key))
    }

    /// Three or more base64url parts, the first being `{"...` in base64.
    fn jwt(&mut self, at: usize) -> Option<Range<usize>> {
        if at < self.no_jwt_before || !self.bytes[at..].starts_with(b"eyJ") {
            return None;
        }
        let first = self.end_of(at, is_key);
        let Some(mut end) = self.part_after(first).and_then(|second| self.part_after(second)) else {
            self.no_jwt_before = first;
            return None;
        };
        while let Some(next) = self.part_after(end) {
            end = next;
        }
        Some(at..end)
    }

    /// The end of `.<base64url>` at `at`.
    fn part_after(&self, at: usize) -> Option<usize> {
        let end = self.end_of(at + 1, is_key);
        (self.bytes.get(at) == Some(&b'.') && end > at + 1).then_some(end)
    }

    /// The token of `Bearer <token>` and `Basic <base64>`.
    fn credentials(&self, at: usize) -> Option<Range<usize>> {
        if self.follows_letter(at) {
            return None;
        }
        let scheme_end = self.end_of(at, |byte| byte.is_ascii_alphabetic());
        let scheme = &self.text[at..scheme_end];
        let start = self.end_of(scheme_end, |byte| matches!(byte, b' ' | b'\t'));
        if !is_scheme(scheme) || start == scheme_end || marker_end(self.bytes, start).is_some() {
            return None;
        }
        let end = self.end_of(start, |byte| {
            !(is_space(byte)
                || is_quote(byte)
                || matches!(byte, b',' | b';' | b'<' | b'>' | b')' | b']' | b'}' | b'\\'))
        });
        let token = &self.text[start..end];
        let is_secret = if scheme.eq_ignore_ascii_case("basic") {
            is_user_and_password(token)
        } else {
            !PROSE.contains(&token.to_ascii_lowercase().trim_end_matches(['.', ':', '!', '?']))
        };
        (!token.is_empty() && is_secret).then_some(start..end)
    }

    /// A PEM block of a private key; without its end, all that follows.
    fn private_key(&self, at: usize) -> Option<Range<usize>> {
        const BEGIN: &str = "-----BEGIN ";
        let rest = &self.bytes[at..];
        if !rest.starts_with(BEGIN.as_bytes()) {
            return None;
        }
        let label = &rest[BEGIN.len()..rest.len().min(BEGIN.len() + 64)];
        let label = &label[..find_bytes(label, b"-----")?];
        find_bytes(label, b"PRIVATE KEY")?;
        let end = find_bytes(rest, b"-----END ").map_or(rest.len(), |end| {
            let after = end + "-----END ".len();
            find_bytes(&rest[after..], b"-----").map_or(rest.len(), |close| after + close + 5)
        });
        Some(at..at + end)
    }

    /// The password of `scheme://user:password@host`, `at` being the colon after the scheme. A password may hold an
    /// unescaped `/`, `?` or `#`, unless what stands before it is a port.
    fn url_password(&mut self, at: usize) -> Option<Range<usize>> {
        if !self.bytes[at..].starts_with(b"://") || !self.follows_letter(at) {
            return None;
        }
        let start = at + 3;
        self.enter_run(start);
        let run = &self.bytes[..self.run.end.max(start)];
        let path = run[start..].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let authority_end = path.map_or(run.len(), |path| start + path);
        let colon = self.first_colon(start, authority_end)?;
        let host = run[colon..authority_end].iter().rposition(|byte| *byte == b'@');
        let end = match host {
            Some(host) => colon + host,
            None if run[colon + 1..authority_end].iter().all(u8::is_ascii_digit) => return None,
            None => self.run.last_at_sign.filter(|sign| *sign > colon)?,
        };
        (end > colon + 1).then_some(colon + 1..end)
    }

    /// The colon between user and password, outside of what is redacted already and of an IPv6 address.
    fn first_colon(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end {
            match self.bytes[at] {
                b':' => return Some(at),
                b'[' => match marker_end(self.bytes, at) {
                    Some(marker) => at = marker,
                    None if at == start => at += find_bytes(&self.bytes[at..end], b"]")? + 1,
                    None => at += 1,
                },
                _ => at += 1,
            }
        }
        None
    }

    fn enter_run(&mut self, at: usize) {
        if (self.run.start..self.run.end).contains(&at) {
            return;
        }
        let end = self.end_of(at, |byte| !(is_space(byte) || is_quote(byte) || matches!(byte, b'<' | b'>')));
        let last_at_sign = self.bytes[at..end].iter().rposition(|byte| *byte == b'@').map(|sign| at + sign);
        self.run = Run { start: at, end, last_at_sign };
    }

    /// The value of `name=value`, `"name": "value"` or `Header-Name: value` under a secret name.
    fn assigned(&self, at: usize) -> Option<Range<usize>> {
        let is_colon = self.bytes[at] == b':';
        let mut name_end = at - self.bytes[..at].iter().rev().take(2).take_while(|byte| **byte == b' ').count();
        let quoted = name_end > 0 && is_quote(self.bytes[name_end - 1]);
        if quoted {
            name_end -= 1;
            name_end -= self.bytes[..name_end].iter().rev().take(8).take_while(|byte| **byte == b'\\').count();
        }
        let before = self.bytes[..name_end].iter().rev().take(LONGEST_NAME);
        let name = &self.text[name_end - before.take_while(|byte| is_name(**byte)).count()..name_end];
        let is_header = is_colon && !quoted;
        let class = match names::classify_parameter(name) {
            _ if is_header && !names::is_header_line(name) => return None,
            class @ (Class::Secret | Class::Token | Class::SomeToken) => class,
            _ => return None,
        };
        let value = self.value(at, is_header && !name.to_ascii_lowercase().ends_with("key"))?;
        let text = &self.text[value.clone()];
        let bare = text.trim_matches(['"', '\'', '\\']);
        let harmless = bare.is_empty()
            || NOTHING.iter().any(|nothing| bare.eq_ignore_ascii_case(nothing))
            || is_scheme(bare)
            || match class {
                Class::Token => names::is_hash(bare) || names::is_count(bare),
                Class::SomeToken => names::is_count(bare),
                _ => false,
            };
        if harmless {
            return None;
        }
        let secret = without_scheme(text);
        let start = value.end - secret.len();
        let end = match secret.find(' ') {
            Some(space) if is_header && start > value.start => start + space,
            _ => value.end,
        };
        Some(start..end)
    }

    /// The value after `=` or `:`, without its quotes.
    fn value(&self, at: usize, whole_line: bool) -> Option<Range<usize>> {
        let spaces = self.bytes[at + 1..].iter().take(2).take_while(|byte| **byte == b' ').count();
        let start = at + 1 + spaces;
        let escapes = self.bytes[start..].iter().take(8).take_while(|byte| **byte == b'\\').count();
        if let Some(quote) = self.bytes.get(start + escapes).filter(|byte| is_quote(**byte)) {
            let start = start + escapes + 1;
            return Some(start..self.closing_quote(start, *quote, escapes));
        }
        let first = *self.bytes.get(start)?;
        let is_redacted = marker_end(self.bytes, start);
        if is_redacted.is_none() && self.bytes[at] == b':' && matches!(first, b'{' | b'[' | b'(') {
            return None;
        }
        let mut end = start;
        while let Some(byte) = self.bytes.get(end) {
            let ends = if whole_line {
                matches!(byte, b'\n' | b'\r') || is_quote(*byte)
            } else {
                is_space(*byte) || is_quote(*byte) || matches!(byte, b'&' | b';' | b'<' | b'>')
            };
            let escapes_quote = *byte == b'\\' && self.bytes.get(end + 1).is_some_and(|next| is_quote(*next));
            if ends || escapes_quote {
                break;
            }
            end += 1;
        }
        let closes = |byte: &u8| matches!(byte, b',' | b')' | b'}' | b']' | b' ');
        if let Some(marker) = is_redacted {
            let only_closes = self.bytes[marker.min(end)..end].iter().all(closes);
            return (!only_closes).then_some(start..end);
        }
        let ends_redacted =
            |end: usize| end.checked_sub(MARKER_LENGTH).and_then(|at| marker_end(self.bytes, at)).is_some();
        while end > start && closes(&self.bytes[end - 1]) && !ends_redacted(end) {
            end -= 1;
        }
        Some(start..end)
    }

    /// Where a quoted value ends: at a quote that is escaped no more often than the opening one.
    fn closing_quote(&self, start: usize, quote: u8, escapes: usize) -> usize {
        let mut backslashes = 0;
        for (index, byte) in self.bytes[start..].iter().enumerate() {
            if *byte == quote && ((escapes == 0 && backslashes % 2 == 0) || (escapes > 0 && backslashes <= escapes)) {
                return start + index - if escapes > 0 { backslashes } else { 0 };
            }
            backslashes = if *byte == b'\\' { backslashes + 1 } else { 0 };
        }
        self.bytes.len()
    }

    fn end_of(&self, start: usize, belongs: fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        start + rest.iter().take_while(|byte| belongs(**byte)).count()
    }

    fn follows_letter(&self, at: usize) -> bool {
        at > 0 && self.bytes[at - 1].is_ascii_alphanumeric()
    }
}

fn marker_end(bytes: &[u8], at: usize) -> Option<usize> {
    let marker = bytes.get(at..at + MARKER_LENGTH)?;
    let hex = marker.strip_prefix(MARKER_START.as_bytes())?.strip_suffix(b"]")?;
    hex.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(at + MARKER_LENGTH)
}

fn is_user_and_password(base64: &str) -> bool {
    let bare = base64.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare));
    let inner = bare.get(1..).unwrap_or_default();
    let looks_encoded =
        bare.len() < base64.len() || inner.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    decoded.is_ok_and(|bytes| bytes.contains(&b':')) || (base64.len() >= 8 && looks_encoded)
}

fn is_scheme(text: &str) -> bool {
    text.eq_ignore_ascii_case("bearer") || text.eq_ignore_ascii_case("basic")
}

fn find_bytes(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
