//! The members of a JSON object, without a look into their values: an index is built of millions of rows.

use std::borrow::Cow;

/// Names and the texts of their values, in the order of the text.
#[derive(Debug, Default, PartialEq)]
pub struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    /// Reads an object; `None` of anything else. What a database holds as JSON is JSON: of values no more is looked at than it
    /// takes to find their end.
    pub fn read(json: &'a str) -> Option<Members<'a>> {
        let mut reader = Reader { text: json, at: 0 };
        let mut members = Vec::new();
        reader.expect(b'{')?;
        if reader.next()? == b'}' {
            reader.at += 1;
        } else {
            loop {
                let name = reader.string()?;
                reader.expect(b':')?;
                members.push((name, reader.value()?));
                match reader.next()? {
                    b',' => reader.at += 1,
                    b'}' => break reader.at += 1,
                    _ => return None,
                }
            }
        }
        reader.next().is_none().then_some(Members(members))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a name; of one that stands twice the last.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(have, _)| have == name).map(|(_, value)| *value)
    }

    /// Every name once, with its value and the place of the member.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, &'a str)> {
        let again = |place: usize, name: &str| self.0[place + 1..].iter().any(|(other, _)| other == name);
        let members = self.0.iter().enumerate().map(|(place, (name, value))| (place, name.as_ref(), *value));
        members.filter(move |(place, name, _)| !again(*place, name))
    }

    /// [`Self::get`], sooner when the member is at this place: the same object has its members in the same order most often.
    pub fn get_near(&self, place: usize, name: &str) -> Option<&'a str> {
        match self.0.get(place) {
            Some((have, value)) if have == name && self.0[place + 1..].iter().all(|(other, _)| other != name) => {
                Some(value)
            }
            _ => self.get(name),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next byte that is no white space; it is not taken.
    fn next(&mut self) -> Option<u8> {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.rest().first().copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.next()?;
        let start = self.at;
        let plain = self.skip_string()?;
        let text = &self.text[start..self.at];
        match plain {
            true => Some(Cow::Borrowed(&text[1..text.len() - 1])),
            false => serde_json::from_str::<String>(text).ok().map(Cow::Owned),
        }
    }

    /// Goes to the end of a string; whether it has no escapes.
    fn skip_string(&mut self) -> Option<bool> {
        if *self.rest().first()? != b'"' {
            return None;
        }
        self.at += 1;
        let mut plain = true;
        loop {
            self.at += self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            match self.rest()[0] {
                b'"' => {
                    self.at += 1;
                    return Some(plain);
                }
                _ => {
                    plain = false;
                    self.at += 2;
                    if self.at > self.text.len() {
                        return None;
                    }
                }
            }
        }
    }

    fn value(&mut self) -> Option<&'a str> {
        let first = self.next()?;
        let start = self.at;
        match first {
            b'"' => drop(self.skip_string()?),
            b'{' | b'[' => self.skip_nested()?,
            _ => {
                let end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                self.at += self.rest().iter().position(end)?;
            }
        }
        (self.at > start).then(|| &self.text[start..self.at])
    }

    fn skip_nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.at += self.rest().iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            match self.rest()[0] {
                b'"' => drop(self.skip_string()?),
                opening => {
                    self.at += 1;
                    match opening {
                        b'{' | b'[' => depth += 1,
                        _ => depth -= 1,
                    }
                    if depth == 0 {
                        return Some(());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn of_serde(json: &str) -> Option<BTreeMap<String, String>> {
        let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json).ok()?;
        Some(members.into_iter().map(|(name, value)| (name.into_owned(), value.get().to_owned())).collect())
    }

    fn of_ours(json: &str) -> Option<BTreeMap<String, String>> {
        let members = Members::read(json)?;
        let read: BTreeMap<String, String> =
            members.iter().map(|(_, name, value)| (name.to_owned(), value.to_owned())).collect();
        for (place, name, value) in members.iter() {
            assert_eq!((members.get(name), members.get_near(place, name)), (Some(value), Some(value)));
            assert_eq!(members.get_near(place + 1, name), Some(value));
        }
        assert_eq!(members.iter().count(), read.len(), "every name once");
        assert_eq!((members.get("no such name"), members.get_near(0, "no such name")), (None, None));
        Some(read)
    }

    #[test]
    fn members_are_those_that_serde_json_reads() {
        for json in [
            "{}",
            " { } ",
            r#"{"a":1,"b":"x","c":null,"d":[1,{"e":"]}"}],"f":{"g":{}}}"#,
            "\n{ \"a\" : -1.5e3 ,\t\"b\" : [ ] }\r\n",
            r#"{"a":1,"a":2,"b":0,"a":"3"}"#,
            r#"{"\u00e9\"\\":"\\","é":"\"","\\":"}"}"#,
            r#"{"":""}"#,
            r#"{"a":"日本","日":{"本":"{"}}"#,
        ] {
            assert_eq!(of_ours(json), of_serde(json), "{json}");
            assert!(of_ours(json).is_some(), "{json}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for json in [
            "",
            " ",
            "{",
            "}",
            "[]",
            "1",
            "null",
            r#""{}""#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a":1}}"#,
            r#"{"a":1}x"#,
            r#"{a:1}"#,
            r#"{"a:1}"#,
            r#"{"a":"x}"#,
            r#"{"a":[1}"#,
            r#"{"a":{"b":1}"#,
            r#"{"a":"\"#,
            r#"{"a" 1}"#,
            r#"{"a":1 "b":2}"#,
            r#"{,}"#,
            r#"{"a":"x"y}"#,
            r#"{"\x":1}"#,
        ] {
            assert_eq!(of_serde(json), None, "{json}");
            if json != r#"{"a":[1}"# {
                assert_eq!(of_ours(json), None, "{json}");
            }
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::{Value, json};
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::from),
            "[\\\\\"{}\\[\\],: ]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_json_has_the_members_that_serde_json_reads(value in value(), pretty: bool) {
            let json = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(of_ours(&json), of_serde(&json));
        }

        #[test]
        fn any_text_can_be_read(text: String, cut: prop::sample::Index, value in value()) {
            let _ = of_ours(&text);
            let json = value.to_string();
            let cut = (0..=cut.index(json.len() + 1)).rev().find(|at| json.is_char_boundary(*at)).unwrap();
            let _ = of_ours(&json[..cut]);
        }
    }
}
