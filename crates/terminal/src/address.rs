//! Standard addresses for the form: found in the store as they are typed.

use crate::Terminal;
use crate::error::Result;
use crate::rpc::request::FindAddresses;
use crate::rpc::view::{AddressLine, AddressesFound};
use domain::cbor;
use protocol::addresses::AddressPackage;
use store::Store;
use store::table::addresses::{self, Present};

/// Addresses offered at once: two pages of the list, then more typing is quicker than reading.
const OFFERED: usize = 20;

/// The package of addresses that is here.
pub(crate) struct Addresses {
    present: Present,
    package: AddressPackage,
}

impl Addresses {
    pub(crate) fn read(store: &Store) -> Result<Option<Self>> {
        let Some(present) = store.read(addresses::present)? else { return Ok(None) };
        let package =
            cbor::from_slice(&present.head).map_err(|_| store::StoreError::Unreadable("addresses"))?;
        Ok(Some(Self { present, package }))
    }

    fn line(&self, found: addresses::Found) -> AddressLine {
        let division = self.package.divisions.get(&found.division).map_or("", String::as_str);
        AddressLine {
            text: format!("{division}{}", found.text),
            station: self.package.stations.get(&found.station).cloned().unwrap_or_default(),
            code: found.code,
            division: found.division,
        }
    }
}

impl Terminal {
    pub(crate) fn find_addresses(&self, request: FindAddresses) -> Result<AddressesFound> {
        let actor = self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let Some(here) = &current.addresses else {
            return Ok(AddressesFound { here: false, lines: Vec::new() });
        };
        // The first six digits of a unit are those of its division.
        let own = actor.post.unit.as_str().get(..6).unwrap_or_default();
        let divisions = &here.package.divisions;
        let found =
            store.read(|db| addresses::find(db, &here.present, divisions, &request.text, own, OFFERED))?;
        Ok(AddressesFound { here: true, lines: found.into_iter().map(|one| here.line(one)).collect() })
    }
}
