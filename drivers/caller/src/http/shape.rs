//! What a queue's server calls things, and how it says yes.

use driver_contract::CallParameters;
use driver_line::{Settings, SettingsError};
use serde_json::{Map, Value, json};

use crate::CallError;

/// The shape of request and answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    ticket: String,
    window: String,
    again: String,
    /// Sent along with each call: the hall's number, a kind of message.
    also: Map<String, Value>,
    accepted: Option<(String, Value)>,
    busy: Option<(String, Value)>,
}

impl Shape {
    /// Reads the settings `fields` (`{"ticket": "number", "window": "counter", "again": "recall"}`: what the server calls
    /// them), `also` (an object that is sent along), `accepted` and `busy` (`{"pointer": "/code", "equals": 0}`: what the
    /// answer holds then; without `accepted` any answer with status 2xx is a yes).
    ///
    /// # Errors
    /// A setting of another shape.
    pub fn of_settings(settings: Settings<'_>) -> Result<Self, SettingsError> {
        let wrong = |name: &str| SettingsError::new(format!("settings.{name} has another shape"));
        let object = |name: &'static str| match settings.other(name) {
            None => Ok(Map::new()),
            Some(value) => value.as_object().cloned().ok_or_else(|| wrong(name)),
        };
        let fields = object("fields")?;
        let field = |name: &str| match fields.get(name) {
            None => Ok(name.to_owned()),
            Some(value) => value.as_str().map(str::to_owned).ok_or_else(|| wrong("fields")),
        };
        let condition = |name: &'static str| {
            let Some(value) = settings.other(name) else { return Ok(None) };
            let pointer = value.get("pointer").and_then(Value::as_str).filter(|text| text.starts_with('/'));
            let equals = value.get("equals").cloned();
            pointer.map(str::to_owned).zip(equals).map(Some).ok_or_else(|| wrong(name))
        };
        Ok(Self {
            ticket: field("ticket")?,
            window: field("window")?,
            again: field("again")?,
            also: object("also")?,
            accepted: condition("accepted")?,
            busy: condition("busy")?,
        })
    }

    /// The request's body.
    #[must_use]
    pub fn body(&self, call: &CallParameters) -> Vec<u8> {
        let mut body = self.also.clone();
        body.insert(self.ticket.clone(), json!(call.ticket));
        body.insert(self.window.clone(), json!(call.window));
        body.insert(self.again.clone(), json!(call.again));
        Value::Object(body).to_string().into_bytes()
    }

    /// What an answer means.
    ///
    /// # Errors
    /// Refused, busy, not allowed, not confirmed, or no answer that anybody could understand.
    pub fn judge(&self, status: u16, body: &[u8]) -> Result<(), CallError> {
        match status {
            200..=299 => {}
            300..=399 => return Err(CallError::Garbage("a redirection")),
            401 | 403 => return Err(CallError::Denied(status)),
            409 | 423 | 429 | 503 => return Err(CallError::Busy),
            400..=499 => return Err(CallError::Refused(format!("status {status}"))),
            _ => return Err(CallError::NotConfirmed(format!("status {status}"))),
        }
        let Some((pointer, wanted)) = &self.accepted else { return Ok(()) };
        let answer: Value = serde_json::from_slice(body).map_err(|_| CallError::Garbage("no JSON"))?;
        if let Some((pointer, wanted)) = &self.busy
            && answer.pointer(pointer) == Some(wanted)
        {
            return Err(CallError::Busy);
        }
        match answer.pointer(pointer) {
            Some(found) if found == wanted => Ok(()),
            Some(Value::Number(number)) => Err(CallError::Refused(format!("{pointer} is {number}"))),
            Some(_) => Err(CallError::Refused(format!("{pointer} says no"))),
            None => Err(CallError::Garbage("an answer without its result")),
        }
    }
}
