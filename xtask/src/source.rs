//! Rust source as the architecture check looks at it: code without comments and without what stands in literals, and the
//! text literals by themselves.

/// A source file, taken apart.
pub struct Source {
    /// Comments and the insides of literals are blanks; lines stay lines.
    pub code: String,
    /// Line, counted from 1, and text of each string literal.
    pub literals: Vec<(usize, String)>,
}

impl Source {
    pub fn parse(text: &str) -> Source {
        Lexer { rest: text, line: 1, source: Source { code: String::new(), literals: Vec::new() } }.run()
    }

    /// Without the module of unit tests at the end.
    pub fn of_product(text: &str) -> Source {
        let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        Source::parse(&text[..end])
    }

    /// Lines, counted from 1, where `word` stands as a word of its own.
    pub fn lines_with(&self, word: &str) -> Vec<usize> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = Vec::new();
        for (number, line) in (1..).zip(self.code.lines()) {
            let hit = line.match_indices(word).any(|(at, _)| {
                !line[..at].chars().next_back().is_some_and(is_part)
                    && !line[at + word.len()..].chars().next().is_some_and(is_part)
            });
            if hit {
                found.push(number);
            }
        }
        found
    }

    /// Line and segments of every path that begins with `crate` or `super`; of a group, each member's.
    pub fn paths(&self) -> Vec<(usize, Vec<&str>)> {
        let mut found = Vec::new();
        for start in ["crate::", "super::"] {
            for (at, _) in self.code.match_indices(start) {
                let before = self.code[..at].trim_end();
                // In the middle of a path, or the end of another name.
                if before.ends_with("::") || self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let line = self.code[..at].lines().count().max(1);
                expand(&self.code[at..], &mut Vec::new(), &mut |path| found.push((line, path.to_vec())));
            }
        }
        found
    }
}

/// Calls `each` with the segments of the path that `text` begins with.
fn expand<'a>(text: &'a str, path: &mut Vec<&'a str>, each: &mut impl FnMut(&[&'a str])) {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut from = 0;
        for (at, c) in group.char_indices() {
            let end = match c {
                '{' => {
                    depth += 1;
                    false
                }
                '}' if depth > 0 => {
                    depth -= 1;
                    false
                }
                '}' => true,
                ',' if depth == 0 => {
                    expand(&group[from..at], &mut path.clone(), each);
                    from = at + 1;
                    false
                }
                _ => false,
            };
            if end {
                expand(&group[from..at], &mut path.clone(), each);
                return;
            }
        }
        return;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if end == 0 {
        if !path.is_empty() {
            each(path);
        }
        return;
    }
    path.push(&text[..end]);
    match text[end..].strip_prefix("::") {
        Some(rest) => expand(rest, path, each),
        None => each(path),
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    source: Source,
}

impl Lexer<'_> {
    fn run(mut self) -> Source {
        while let Some(c) = self.rest.chars().next() {
            if self.rest.starts_with("//") {
                self.blank(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.blank(comment_length(self.rest));
            } else if c == 'r' && !self.in_word() && raw_length(self.rest).is_some() {
                let (open, length) = raw_length(self.rest).unwrap_or_default();
                self.literal(open, length);
            } else if c == '"' {
                self.literal(1, text_length(self.rest));
            } else if c == '\'' {
                self.blank(char_length(self.rest).unwrap_or(1));
            } else {
                self.keep(c);
            }
        }
        self.source
    }

    fn in_word(&self) -> bool {
        // `br"..."` is a raw literal, `for"` is not Rust.
        self.source.code.ends_with(|c: char| (c.is_alphanumeric() && c != 'b') || c == '_')
    }

    fn keep(&mut self, c: char) {
        self.source.code.push(c);
        self.line += usize::from(c == '\n');
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn blank(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.source.code.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }

    fn literal(&mut self, open: usize, length: usize) {
        let inside = self.rest[open..length].trim_end_matches('#').trim_end_matches('"').to_owned();
        self.source.literals.push((self.line, inside));
        self.blank(length);
    }
}

fn comment_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Of a raw string literal: where its inside begins, and its whole length.
fn raw_length(text: &str) -> Option<(usize, usize)> {
    let hashes = text[1..].len() - text[1..].trim_start_matches('#').len();
    let open = 1 + hashes;
    if !text[open..].starts_with('"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let inside = open + 1;
    let end = text[inside..].find(&close).map_or(text.len(), |at| inside + at + close.len());
    Some((inside, end))
}

fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Of a character literal; `None` when it is a lifetime.
fn char_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (_, _) = chars.next()?;
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    match chars.next() {
        Some((at, '\'')) => Some(at + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = "use a; // use b;\n/* use c; /* d */ */ let x = \"use e; \\\" f\"; let y = r#\"g \"h\" \"#; 'i';";
        let source = Source::parse(text);
        for word in ["b", "c", "d", "e", "f", "g", "h", "i"] {
            assert!(source.lines_with(word).is_empty(), "{word} in {}", source.code);
        }
        assert_eq!(source.lines_with("a"), [1]);
        assert_eq!(source.lines_with("y"), [2]);
        assert_eq!(source.literals, [(2, "use e; \\\" f".to_owned()), (2, "g \"h\" ".to_owned())]);
    }

    #[test]
    fn a_lifetime_and_a_quote_in_quotes_do_not_begin_a_literal() {
        let source = Source::parse("fn f<'a>(x: &'a str) -> char { '\\'' } // sqlx\nconst C: char = '\"'; sqlx");
        assert_eq!(source.lines_with("sqlx"), [2]);
    }

    #[test]
    fn a_group_has_the_path_of_each_member() {
        let source = Source::parse("use crate::{manage::Ask, store::{Store, by}};\nlet x = super::super::query::f();");
        let paths = source.paths();
        assert_eq!(paths[0], (1, vec!["crate", "manage", "Ask"]));
        assert_eq!(paths[1], (1, vec!["crate", "store", "Store"]));
        assert_eq!(paths[2], (1, vec!["crate", "store", "by"]));
        assert_eq!(paths[3], (2, vec!["super", "super", "query", "f"]));
        assert_eq!(paths.len(), 4);
    }

    #[test]
    fn unit_tests_are_left_out_of_the_product() {
        let source = Source::of_product("use a;\n\n#[cfg(test)]\nmod tests {\n    use b;\n}\n");
        assert!(source.lines_with("b").is_empty());
    }
}
