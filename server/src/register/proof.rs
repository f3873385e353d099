//! Proofs (户籍证明): the register gives their content without changing anything.

use super::wire::{Gateway, Trouble};
use domain::event::CheckState;
use protocol::register::{EffectAnswer, EffectRequest};
use std::collections::BTreeMap;

/// 户籍证明 of one registered person.
const REGISTRATION: &str = "household_registration_proof";
/// The other proofs; the request's `kind` says which.
const RECORD: &str = "record_proof";

/// A proof as the register is asked for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProofAsked<'a> {
    /// The register's word for the kind.
    pub kind: &'static str,
    /// Whom it is about; none where the register is asked by name.
    pub number: Option<String>,
    /// Further words: purpose, receiving unit, the other number.
    pub words: Vec<(&'static str, &'a str)>,
}

/// Whether an act of this kind only asks for a proof.
pub(super) fn is_kind(kind: &str) -> bool {
    matches!(kind, REGISTRATION | RECORD)
}

/// Asks for a proof; it may be asked for again when the reply is lost.
pub(super) async fn give(gateway: &Gateway, request: &EffectRequest) -> Result<EffectAnswer, Trouble> {
    let asked = asked(&request.kind, &request.body).ok_or(Trouble::Refused)?;
    let answer = gateway.prove(&asked).await?;
    let refused = match answer.state {
        CheckState::Agrees => "",
        _ if request.kind == REGISTRATION => "常口没有此人的在册登记",
        _ if asked.number.is_none() => "常口中有姓名、性别、出生日期相同的登记，不能证明未登记户口",
        _ => "常口没有可以证明这一内容的登记",
    };
    Ok(EffectAnswer { answer, refused: refused.to_owned(), unfinished: None })
}

/// What the register is asked for; none for a kind of proof that it does not give.
fn asked<'a>(kind: &str, body: &'a BTreeMap<String, String>) -> Option<ProofAsked<'a>> {
    let part = |name: &str| body.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let number = || part("number").map(str::to_owned);
    let mut words: Vec<(&'static str, &'a str)> =
        ["purpose", "receiving_unit"].into_iter().filter_map(|name| Some((name, part(name)?))).collect();
    let mut further =
        |name: &'static str, value: Option<&'a str>| words.extend(value.map(|value| (name, value)));
    if kind == REGISTRATION {
        return Some(ProofAsked { kind: "household-registration", number: Some(number()?), words });
    }
    // The rows of `assets/codes/record-proof-kind.toml`.
    let (kind, number) = match part("kind")? {
        "kinship" | "former_household" | "former_kinship" => {
            further("with", Some(part("other_number")?));
            ("former-household-kinship", Some(number()?))
        }
        "item_change" => ("item-change", Some(number()?)),
        "same_person" => {
            further("with", part("other_number"));
            further("name", part("other_name"));
            ("item-change", Some(number()?))
        }
        "cancellation" => ("cancellation", Some(number()?)),
        "moved_out" => {
            further("reason", Some("moved_out"));
            ("cancellation", Some(number()?))
        }
        // What is proved is the record that was taken out, not the one that stands.
        "duplicate_cancelled" => {
            further("reason", Some("duplicate"));
            ("cancellation", Some(part("other_number").or_else(|| part("number"))?.to_owned()))
        }
        "lawyer" => ("household", Some(number()?)),
        "not_registered" => {
            for name in ["name", "sex", "birth_date"] {
                further(name, Some(part(name)?));
            }
            ("not-registered", None)
        }
        _ => return None,
    };
    Some(ProofAsked { kind, number, words })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(parts: &[(&str, &str)]) -> BTreeMap<String, String> {
        parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_kind_of_the_code_table_is_asked_for() {
        let table: toml::Value =
            toml::from_str(include_str!("../../../assets/codes/record-proof-kind.toml")).unwrap();
        for row in table["row"].as_array().unwrap() {
            let kind = row["code"].as_str().unwrap();
            let body = body(&[
                ("kind", kind),
                ("number", "1"),
                ("other_number", "2"),
                ("name", "甲"),
                ("sex", "1"),
                ("birth_date", "2020-01-01"),
                ("purpose", "公证"),
            ]);
            let found = asked(RECORD, &body).unwrap_or_else(|| panic!("{kind}"));
            assert!(found.words.contains(&("purpose", "公证")), "{kind}");
        }
        assert_eq!(asked(RECORD, &body(&[("kind", "invented"), ("number", "1")])), None);
        assert_eq!(asked(RECORD, &body(&[("kind", "kinship"), ("number", "1")])), None);
    }

    #[test]
    fn a_cancelled_double_is_proved_by_its_own_number() {
        let body = body(&[("kind", "duplicate_cancelled"), ("number", "1"), ("other_number", "2")]);
        let found = asked(RECORD, &body).unwrap();
        assert_eq!((found.number.as_deref(), found.kind), (Some("2"), "cancellation"));
        assert_eq!(found.words, [("reason", "duplicate")]);
    }
}
