//! The message catalogue: what an officer reads for a code. One file, `assets/messages/messages.toml`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Who can end a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageWho {
    /// The person at the counter.
    Clerk,
    /// The administrator of the station or hall.
    Administrator,
    /// The product's maker.
    Maker,
}

/// What belongs to one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// What happened and what it means. `{name}` marks a place that is filled in.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Who can do it.
    pub who: MessageWho,
    /// Sections of the file group codes by where they come from: `domain`, `gm`, `store` ….
    #[serde(default, skip_deserializing)]
    pub section: String,
}

/// All messages by code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Messages {
    /// The messages.
    pub by_code: BTreeMap<String, Message>,
}

/// What is wrong with the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessagesFault {
    /// It does not read.
    #[error("the message catalogue does not read: {0}")]
    Shape(String),
    /// A code stands in two sections.
    #[error("the code {0} stands twice")]
    Twice(String),
    /// A sentence or cure is empty, or its braces do not name a place.
    #[error("the text of {0} cannot be used")]
    Text(String),
}

impl Messages {
    /// Reads the file: `[section.CODE]` tables.
    ///
    /// # Errors
    /// [`MessagesFault`]
    pub fn from_toml(text: &str) -> Result<Self, MessagesFault> {
        let sections: BTreeMap<String, BTreeMap<String, Message>> =
            toml::from_str(text).map_err(|fault| MessagesFault::Shape(fault.to_string()))?;
        let mut messages = Self::default();
        for (section, codes) in sections {
            for (code, mut message) in codes {
                let usable = |text: &str| !text.trim().is_empty() && places(text).is_some();
                if !usable(&message.sentence) || !usable(&message.cure) {
                    return Err(MessagesFault::Text(code));
                }
                message.section.clone_from(&section);
                if messages.by_code.insert(code.clone(), message).is_some() {
                    return Err(MessagesFault::Twice(code));
                }
            }
        }
        Ok(messages)
    }

    /// The message of a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Message> {
        self.by_code.get(code)
    }
}

impl Message {
    /// Sentence and cure with their places filled in; a place without a value stays visible as `…`.
    #[must_use]
    pub fn filled(&self, values: &BTreeMap<&str, String>) -> (String, String) {
        (fill(&self.sentence, values), fill(&self.cure, values))
    }
}

/// Names of the places of a text; `None` when its braces do not match.
#[must_use]
pub fn places(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let after = rest.get(open..)?.strip_prefix('{')?;
        let (name, behind) = after.split_once('}')?;
        let fits = |sign: char| sign.is_ascii_lowercase() || sign == '_';
        if name.is_empty() || !name.chars().all(fits) {
            return None;
        }
        found.push(name);
        rest = behind;
    }
    Some(found)
}

fn fill(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(values.get(name).map_or("…", String::as_str));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_never_from_values() {
        let message = Message {
            sentence: "“{field}”填写有误：{field}。".into(),
            cure: "改正{missing}。".into(),
            who: MessageWho::Clerk,
            section: String::new(),
        };
        let values = BTreeMap::from([("field", "{missing}".to_owned())]);
        let (sentence, cure) = message.filled(&values);
        assert_eq!(sentence, "“{missing}”填写有误：{missing}。");
        assert_eq!(cure, "改正…。");
    }

    #[test]
    fn bad_texts_are_refused() {
        let text =
            |sentence: &str| format!("[a.X]\nsentence = \"{sentence}\"\ncure = \"做\"\nwho = \"clerk\"\n");
        assert!(Messages::from_toml(&text("好")).is_ok());
        for bad in ["", "{", "}", "{ }", "{Name}", "{a{b}}"] {
            assert_eq!(Messages::from_toml(&text(bad)), Err(MessagesFault::Text("X".into())), "{bad}");
        }
        let twice = format!("{}{}", text("好"), text("好").replace("[a.", "[b."));
        assert_eq!(Messages::from_toml(&twice), Err(MessagesFault::Twice("X".into())));
        assert!(matches!(Messages::from_toml("[a.X]\nsentence = \"a\""), Err(MessagesFault::Shape(_))));
    }
}
