//! Enrolment, log-in, lock, log-out.

use crate::attempts::AttemptBook;
use crate::clock::Clock;
use crate::error::{Own, Result, TerminalError};
use crate::rpc::ChangeSource;
use crate::rpc::request::{Empty, Enrol, Login, SwitchPost, Unlock};
use crate::rpc::view::Shell;
use crate::vault::{self, Enrolment};
use crate::{Terminal, contents};
use domain::cbor;
use domain::ids::{CaseId, ContentHash, OfficerId, TerminalId};
use domain::person::{Actor, Officer, Post};
use gm::{DatabaseKey, KeySlots, SigningKey, VerifyingKey};
use protocol::credential::{DELEGATION_MILLISECONDS, Delegation, OfficerCertificate, Signed};
use protocol::login::LoginAnswer;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;
use store::{Options, Priority, Store, table};
use sync::{ReleaseFault, Sync, SyncError};

/// Who can also log in without the server waits for it only so long: a server that is there proves a password in a
/// fraction of a second, and a line that swallows everything must not keep a counter closed. What the server would
/// have said (a new password, a closed account) comes with the next log-in that reaches it.
const KNOWN_HERE: Duration = Duration::from_secs(3);
/// Terminal table: last trusted time.
const LAST_TIME: &str = "last_time";
/// Terminal table: whose store it is ([`StoreIdentity`]).
const IDENTITY: &str = "identity";
/// Correcting the time by more than a minute is a jump: what was signed for the time before is signed anew.
const JUMP: i64 = 60 * 1000;

/// Whose store it is: written when it is made, compared whenever it is opened. A store that was carried to another
/// terminal must not be sent under that one's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoreIdentity {
    terminal: TerminalId,
    epoch: u32,
    /// SM3 of the terminal's public key.
    key: ContentHash,
}

/// The store while somebody works, or the screen is locked.
pub(crate) struct OpenStore {
    pub(crate) store: Arc<Store>,
    pub(crate) key: DatabaseKey,
    pub(crate) sync: Arc<Sync>,
}

/// Who works.
pub(crate) struct Session {
    pub(crate) officer: Officer,
    pub(crate) post: Post,
    pub(crate) online: bool,
    pub(crate) key: SigningKey,
    pub(crate) delegation: ContentHash,
    /// Last moment of the delegation.
    pub(crate) until: i64,
    /// Signs decisions itself, and the delegation.
    pub(crate) officer_key: SigningKey,
    certificate: Signed,
}

impl Session {
    pub(crate) fn actor(&self) -> Actor {
        Actor { officer: self.officer.id.clone(), name: self.officer.name.clone(), post: self.post.clone() }
    }
}

/// What synchronisation tells the terminal.
struct Listener(Weak<Terminal>);

impl sync::Watcher for Listener {
    fn line(&self, _online: bool) {
        let Some(terminal) = self.0.upgrade() else { return };
        let now = terminal.clock.now().trusted;
        terminal.state().line_since = now;
        terminal.changed(ChangeSource::Sync, ["shell", "sync"]);
    }

    fn server_time(&self, now: i64, _incarnation: u64) {
        let Some(terminal) = self.0.upgrade() else { return };
        let moved = terminal.clock.confirm(now);
        if moved.abs() > JUMP {
            terminal.renew_delegation(moved);
        }
        if let Ok(store) = terminal.store() {
            let bytes = now.to_be_bytes().to_vec();
            let _ = store.write(Priority::Background, move |tx| table::terminal::put(tx, LAST_TIME, &bytes));
        }
    }

    fn cases_changed(&self, cases: &[CaseId]) {
        let Some(terminal) = self.0.upgrade() else { return };
        let topics = cases.iter().map(|case| format!("case:{case}"));
        terminal.changed(ChangeSource::Sync, topics.chain(["desk".to_owned(), "shell".to_owned()]));
    }

    fn edition_changed(&self) {
        let Some(terminal) = self.0.upgrade() else { return };
        terminal.contents.refresh();
        // The case on the screen keeps its definition, and tells that there is a newer one.
        let focus = terminal.state().focus.map(|case| format!("case:{case}"));
        let topics = ["shell", "desk", "sync"].map(str::to_owned);
        terminal.changed(ChangeSource::Sync, topics.into_iter().chain(focus));
    }

    fn release_refused(&self, why: ReleaseFault) {
        let Some(terminal) = self.0.upgrade() else { return };
        tracing::error!(code = why.code(), "a release of definitions was refused");
        terminal.changed(ChangeSource::Sync, ["sync"]);
    }

    fn outbox_changed(&self) {
        let Some(terminal) = self.0.upgrade() else { return };
        terminal.changed(ChangeSource::Sync, ["shell", "sync"]);
    }

    fn stopped(&self, why: SyncError) {
        let Some(terminal) = self.0.upgrade() else { return };
        terminal.state().stopped = Some(why.code().to_owned());
        terminal.changed(ChangeSource::Sync, ["shell", "sync"]);
    }
}

impl Terminal {
    /// The open store.
    pub(crate) fn store(&self) -> Result<Arc<Store>> {
        let open = self.store.read().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(|one| Arc::clone(&one.store)).ok_or_else(|| Own::NoSession.into())
    }

    /// Synchronisation.
    pub(crate) fn sync(&self) -> Result<Arc<Sync>> {
        let open = self.store.read().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(|one| Arc::clone(&one.sync)).ok_or_else(|| Own::NoSession.into())
    }

    /// Whether the server can be reached.
    pub(crate) fn online(&self) -> bool {
        self.sync().is_ok_and(|sync| sync.online())
    }

    /// The enrolment.
    pub(crate) fn enrolment(&self) -> Result<Enrolment> {
        self.state().enrolment.clone().ok_or_else(|| Own::NotEnrolled.into())
    }

    /// Who acts now; refused while nobody is logged in or the screen is locked.
    pub(crate) fn actor(&self) -> Result<Actor> {
        let state = self.state();
        if state.locked {
            return Err(Own::Locked.into());
        }
        state.session.as_ref().map(Session::actor).ok_or_else(|| Own::NoSession.into())
    }

    pub(crate) fn enrol(&self, request: Enrol) -> Result<Shell> {
        if self.state().enrolment.is_some() {
            return Err(Own::AlreadyEnrolled.into());
        }
        let key = SigningKey::generate()?;
        let answer = sync::enrol(
            &request.server,
            request.code.trim(),
            &self.settings.profile,
            &key.verifying_key(),
            &self.runtime,
        )?;
        let enrolment = Enrolment {
            server: request.server,
            window: self.settings.profile.clone(),
            terminal: answer.terminal,
            epoch: answer.epoch,
            unit: answer.unit,
            server_key: VerifyingKey::from_slice(&answer.server_key)?,
            escrow_key: VerifyingKey::from_slice(&answer.escrow_key)?,
        };
        vault::save_terminal_key(&self.settings, &self.machine_secret, &key)?;
        vault::save_enrolment(&self.settings, &enrolment)?;
        {
            let mut state = self.state();
            state.enrolment = Some(enrolment);
            state.terminal_key = Some(key);
        }
        self.clock.confirm(answer.now);
        self.changed(ChangeSource::Window, ["shell"]);
        self.shell(Empty {})
    }

    pub(crate) fn login(&self, request: Login) -> Result<Shell> {
        let officer = request.officer.trim().to_uppercase();
        self.start_session(&officer, &request.password)?;
        self.begin_self_test();
        self.changed(ChangeSource::Window, ["shell", "desk", "applicant"]);
        self.shell(Empty {})
    }

    fn start_session(&self, officer: &str, password: &str) -> Result<()> {
        let enrolment = self.enrolment()?;
        let attempts_path = self.settings.attempts();
        let attempts = AttemptBook::new(&attempts_path, &self.machine_secret);
        attempts.may_try(officer, self.clock.now().trusted)?;
        let officer_key = self.officer_key(officer)?;
        let asked = self.ask_server(&enrolment, officer, password, &officer_key.verifying_key());
        let done = match asked {
            Ok(answer) => self.enter_with_server(&enrolment, officer, password, officer_key, answer),
            Err(SyncError::Refused(error))
                if matches!(
                    error.code,
                    protocol::error::ErrorCode::WrongPassword | protocol::error::ErrorCode::AccountClosed
                ) =>
            {
                Err(match error.code {
                    protocol::error::ErrorCode::WrongPassword => Own::WrongPassword.into(),
                    _ => TerminalError::Sync(SyncError::Refused(error)),
                })
            }
            Err(SyncError::Refused(error)) => Err(TerminalError::Sync(SyncError::Refused(error))),
            Err(error) if error.is_offline() => self.enter_alone(officer, password),
            Err(error) => Err(error.into()),
        };
        match &done {
            Ok(()) => attempts.succeeded(officer)?,
            Err(TerminalError::Own(Own::WrongPassword)) => {
                attempts.failed(officer, self.clock.now().trusted)?;
            }
            Err(_) => {}
        }
        done
    }

    /// The officer's key on this terminal: the known one, or one born now.
    fn officer_key(&self, officer: &str) -> Result<SigningKey> {
        if let Ok(store) = self.store()
            && let Some(row) = store.read(|db| table::officer::get(db, officer))?
            && let Ok(bytes) = <[u8; 32]>::try_from(row.key.as_slice())
        {
            return Ok(SigningKey::from_bytes(&bytes)?);
        }
        Ok(SigningKey::generate()?)
    }

    fn ask_server(
        &self,
        enrolment: &Enrolment,
        officer: &str,
        password: &str,
        officer_key: &VerifyingKey,
    ) -> std::result::Result<LoginAnswer, SyncError> {
        let store_open = self.store().is_ok();
        let escrow = if store_open {
            Vec::new()
        } else {
            vault::load_slots(&self.settings)
                .ok()
                .flatten()
                .filter(|slots| !slots.has_user(officer, &self.machine_secret))
                .and_then(|slots| slots.escrow_envelope(&enrolment.escrow_key).map(<[u8]>::to_vec))
                .unwrap_or_default()
        };
        let settings = self.sync_settings(enrolment)?;
        let known = vault::load_slots(&self.settings)
            .ok()
            .flatten()
            .is_some_and(|slots| slots.has_user(officer, &self.machine_secret));
        let patience = if known { KNOWN_HERE } else { sync::CALL };
        let name = OfficerId(officer.to_owned());
        sync::login_without_store(&settings, &name, password, officer_key, &escrow, patience, &self.runtime)
    }

    /// What synchronisation needs to know of this terminal.
    fn sync_settings(&self, enrolment: &Enrolment) -> std::result::Result<sync::Settings, SyncError> {
        let state = self.state();
        let key = state.terminal_key.as_ref().ok_or(SyncError::UnknownTerminal)?;
        Ok(sync::Settings {
            server: enrolment.server.clone(),
            terminal: enrolment.terminal,
            epoch: enrolment.epoch,
            terminal_key: SigningKey::from_bytes(&key.to_bytes())?,
            server_key: enrolment.server_key,
        })
    }

    fn enter_with_server(
        &self,
        enrolment: &Enrolment,
        officer: &str,
        password: &str,
        officer_key: SigningKey,
        answer: LoginAnswer,
    ) -> Result<()> {
        self.clock.confirm(answer.now);
        let key = self.database_key(enrolment, officer, password, &officer_key, &answer)?;
        let newly = self.open_store(enrolment, &key)?;
        self.keep_slot(enrolment, officer, password, &key)?;
        let row = table::officer::OfficerRow {
            id: officer.to_owned(),
            key: officer_key.to_bytes().to_vec(),
            certificate: (answer.certificate.bytes.clone(), answer.certificate.signature.clone()),
            last_login: answer.now,
        };
        let store = self.store()?;
        let name = officer.to_owned();
        store.write(Priority::Interactive, move |tx| {
            table::officer::put(tx, &row)?;
            table::audit::append(tx, row.last_login, &name, "login server")
        })?;
        if newly {
            self.wait_for_edition()?;
        }
        self.install(answer.officer, officer_key, answer.certificate, true)
    }

    /// The key of the database: of the open store, from the own slot, released by the server, or a new one.
    fn database_key(
        &self,
        enrolment: &Enrolment,
        officer: &str,
        password: &str,
        officer_key: &SigningKey,
        answer: &LoginAnswer,
    ) -> Result<DatabaseKey> {
        if let Some(open) = self.store.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(open.key.duplicate());
        }
        let Some(slots) = vault::load_slots(&self.settings)? else {
            if self.settings.store().join(store::DATABASE).exists() {
                return Err(Own::KeysGone.into());
            }
            return Ok(DatabaseKey::generate()?);
        };
        if !answer.database_key.is_empty() {
            return Ok(DatabaseKey::from_slice(&officer_key.open_sealed(&answer.database_key)?)?);
        }
        match slots.unlock_user(officer, password, &self.machine_secret) {
            Ok(key) => Ok(key),
            // The password was changed at another window: the server knows the new one and can release the key.
            Err(gm::GmError::WrongPassword | gm::GmError::UnknownUser) => {
                let mut without = slots;
                let _ = without.remove_user(officer, &self.machine_secret);
                without.save(&vault::slots_path(&self.settings))?;
                let again = self.ask_server(enrolment, officer, password, &officer_key.verifying_key())?;
                Ok(DatabaseKey::from_slice(&officer_key.open_sealed(&again.database_key)?)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn enter_alone(&self, officer: &str, password: &str) -> Result<()> {
        let enrolment = self.enrolment()?;
        let slots = vault::load_slots(&self.settings)?.ok_or(Own::FirstLoginNeedsServer)?;
        let key =
            slots.unlock_user(officer, password, &self.machine_secret).map_err(|error| match error {
                gm::GmError::WrongPassword => TerminalError::from(Own::WrongPassword),
                gm::GmError::UnknownUser => Own::FirstLoginNeedsServer.into(),
                other => other.into(),
            })?;
        self.open_store(&enrolment, &key)?;
        let store = self.store()?;
        let row = store.read(|db| table::officer::get(db, officer))?.ok_or(Own::FirstLoginNeedsServer)?;
        let certificate = Signed { bytes: row.certificate.0.clone(), signature: row.certificate.1.clone() };
        let said: OfficerCertificate =
            cbor::from_slice(&certificate.bytes).map_err(|_| Own::CertificateEnded)?;
        if said.not_after < self.clock.earliest() {
            return Err(Own::CertificateEnded.into());
        }
        let bytes: [u8; 32] = row.key.as_slice().try_into().map_err(|_| Own::CertificateEnded)?;
        let officer_key = SigningKey::from_bytes(&bytes)?;
        let current = self.contents.current(&store)?;
        let known = current
            .roster
            .officer(&OfficerId(officer.to_owned()))
            .filter(|one| one.active)
            .cloned()
            .ok_or(Own::FirstLoginNeedsServer)?;
        let (now, name) = (self.clock.now().trusted, officer.to_owned());
        store.write(Priority::Interactive, move |tx| table::audit::append(tx, now, &name, "login alone"))?;
        self.install(known, officer_key, certificate, false)
    }

    /// Opens or makes the store; whether it was made now.
    fn open_store(&self, enrolment: &Enrolment, key: &DatabaseKey) -> Result<bool> {
        let mut open = self.store.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_some() {
            return Ok(false);
        }
        let folder = self.settings.store();
        vault::private_folder(&folder)?;
        let exists = folder.join(store::DATABASE).exists();
        let options = Options::default();
        let store = if exists {
            Store::open(&folder, key, &options)?
        } else {
            match vault::load_slots(&self.settings)? {
                // Somebody worked here: what he did lay in a store that is gone. A new one would hide that, and its
                // acts would come to the server under numbers that were used.
                Some(slots) if slots.has_users() => return Err(Own::StoreGone.into()),
                // The first log-in was cut short before there was a store.
                Some(_) => {}
                // The escrow slot lies there before the first byte of the store: no store without a way back.
                None => {
                    KeySlots::create(key, &enrolment.escrow_key)?.save(&vault::slots_path(&self.settings))?;
                }
            }
            Store::create(&folder, key, &options)?
        };
        self.prove_identity(enrolment, &store)?;
        let store = Arc::new(store);
        if let Some(bytes) = store.read(|db| table::terminal::get(db, LAST_TIME))?
            && let Ok(bytes) = <[u8; 8]>::try_from(bytes.as_slice())
        {
            self.clock.at_least(i64::from_be_bytes(bytes));
        }
        let settings = self.sync_settings(enrolment)?;
        let watcher = Arc::new(Listener(self.me.clone()));
        let projection = Arc::new(crate::project::WorkList);
        let sync = Sync::start(settings, Arc::clone(&store), self.runtime.clone(), watcher, projection)?;
        let sync = Arc::new(sync);
        self.start_asking(&sync);
        *open = Some(OpenStore { store, key: key.duplicate(), sync });
        Ok(!exists)
    }

    /// Refuses a store that another terminal made, before anything of it is sent.
    fn prove_identity(&self, enrolment: &Enrolment, store: &Store) -> Result<()> {
        let key =
            self.state().terminal_key.as_ref().map(SigningKey::verifying_key).ok_or(Own::NotEnrolled)?;
        let own = StoreIdentity {
            terminal: enrolment.terminal,
            epoch: enrolment.epoch,
            key: ContentHash(gm::sm3(key.as_bytes()).0),
        };
        match store.read(|db| table::terminal::get(db, IDENTITY))? {
            Some(bytes) => {
                let said: StoreIdentity =
                    cbor::from_slice(&bytes).map_err(|_| store::StoreError::Unreadable("terminal"))?;
                if said == own { Ok(()) } else { Err(Own::StoreOfAnother.into()) }
            }
            // New, or made by a version that did not write it.
            None => {
                let bytes = cbor::to_vec(&own);
                store.write(Priority::Interactive, move |tx| table::terminal::put(tx, IDENTITY, &bytes))?;
                Ok(())
            }
        }
    }

    /// Signs the delegation of the running session anew after the time moved by so many milliseconds; how long it still
    /// lasts stays as it was. Who has logged in or out meanwhile is left alone.
    fn renew_delegation(&self, moved: i64) {
        if let Err(fault) = self.try_to_renew(moved) {
            tracing::warn!(
                code = fault.code(),
                "the delegation was not renewed after the time was corrected"
            );
        }
    }

    fn try_to_renew(&self, moved: i64) -> Result<()> {
        let (officer, officer_key, certificate, post, online, until, delegation) = {
            let state = self.state();
            let Some(session) = state.session.as_ref() else { return Ok(()) };
            let key = SigningKey::from_bytes(&session.officer_key.to_bytes())?;
            let certificate = session.certificate.clone();
            let (officer, post) = (session.officer.clone(), session.post.clone());
            (officer, key, certificate, post, session.online, session.until, session.delegation)
        };
        let before = self.clock.now().trusted.saturating_sub(moved);
        let left = until.saturating_sub(before);
        if left <= 0 {
            return Ok(());
        }
        let renewed = self.delegate(officer, officer_key, certificate, post, online, left)?;
        let mut state = self.state();
        if state.session.as_ref().is_some_and(|one| one.delegation == delegation) {
            state.session = Some(renewed);
        }
        Ok(())
    }

    /// Gives the officer a slot of his own, or renews it after a change of password.
    fn keep_slot(
        &self,
        enrolment: &Enrolment,
        officer: &str,
        password: &str,
        key: &DatabaseKey,
    ) -> Result<()> {
        let path = vault::slots_path(&self.settings);
        let mut slots = match vault::load_slots(&self.settings)? {
            Some(slots) => slots,
            None => KeySlots::create(key, &enrolment.escrow_key)?,
        };
        if slots.unlock_user(officer, password, &self.machine_secret).is_ok() {
            return Ok(());
        }
        let iterations =
            gm::digest::calibrate_iterations(Duration::from_millis(gm::keyslots::MIN_UNLOCK_MILLISECONDS))?;
        if slots.has_user(officer, &self.machine_secret) {
            slots.replace_user(key, officer, password, &self.machine_secret, iterations)?;
        } else {
            slots.add_user(key, officer, password, &self.machine_secret, iterations)?;
        }
        slots.save(&path)?;
        Ok(())
    }

    /// A new store has no definitions; the first log-in waits until they have come.
    fn wait_for_edition(&self) -> Result<()> {
        // Some hundred kilobytes over a poor line.
        const LONGEST: Duration = Duration::from_secs(30);
        let begun = std::time::Instant::now();
        let store = self.store()?;
        self.sync()?.wake();
        loop {
            let known = store.read(|db| table::terminal::get(db, contents::EDITION))?.is_some()
                && store.read(|db| table::terminal::get(db, contents::ROSTER))?.is_some();
            if known {
                self.contents.refresh();
                return Ok(());
            }
            if begun.elapsed() > LONGEST {
                return Err(Own::NoEdition.into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn install(
        &self,
        officer: Officer,
        officer_key: SigningKey,
        certificate: Signed,
        online: bool,
    ) -> Result<()> {
        let enrolment = self.enrolment()?;
        // The post at this terminal's own unit comes first.
        let post = officer
            .posts
            .iter()
            .find(|post| post.unit == enrolment.unit)
            .or_else(|| officer.posts.first())
            .cloned()
            .ok_or(Own::PostNotHeld)?;
        let session =
            self.delegate(officer, officer_key, certificate, post, online, DELEGATION_MILLISECONDS)?;
        let mut state = self.state();
        state.session = Some(session);
        state.locked = false;
        state.focus = None;
        state.undo = None;
        Ok(())
    }

    fn delegate(
        &self,
        officer: Officer,
        officer_key: SigningKey,
        certificate: Signed,
        post: Post,
        online: bool,
        lasts: i64,
    ) -> Result<Session> {
        let enrolment = self.enrolment()?;
        let key = SigningKey::generate()?;
        let now = self.clock.now().trusted;
        let delegation = Delegation {
            certificate: certificate.clone(),
            session_key: key.verifying_key().as_bytes().to_vec(),
            terminal: enrolment.terminal,
            post: post.clone(),
            not_before: now,
            not_after: now + lasts,
        };
        let bytes = cbor::to_vec(&delegation);
        let signature = officer_key.sign(&bytes)?;
        let signed = Signed { bytes, signature: signature.as_bytes().to_vec() };
        let hash =
            self.store()?.write(Priority::Interactive, move |tx| sync::keep_delegation(tx, &signed))?;
        Ok(Session {
            officer,
            post,
            online,
            key,
            delegation: hash,
            until: delegation.not_after,
            officer_key,
            certificate,
        })
    }

    pub(crate) fn switch_post(&self, request: SwitchPost) -> Result<Shell> {
        self.actor()?;
        let (officer, officer_key, certificate, online) = {
            let state = self.state();
            let session = state.session.as_ref().ok_or(Own::NoSession)?;
            if !session.officer.posts.contains(&request.post) {
                return Err(Own::PostNotHeld.into());
            }
            let key = SigningKey::from_bytes(&session.officer_key.to_bytes())?;
            (session.officer.clone(), key, session.certificate.clone(), session.online)
        };
        let session =
            self.delegate(officer, officer_key, certificate, request.post, online, DELEGATION_MILLISECONDS)?;
        self.state().session = Some(session);
        self.changed(ChangeSource::Window, ["shell", "desk"]);
        self.shell(Empty {})
    }

    pub(crate) fn lock(&self, _: Empty) -> Result<Shell> {
        self.actor()?;
        self.absorb_all_drafts();
        {
            let mut state = self.state();
            state.locked = true;
            state.released = None;
            state.notice = None;
            state.collector = None;
            state.previewed.clear();
            state.arrival = None;
            state.scanned = None;
        }
        self.changed(ChangeSource::Window, ["shell", "applicant"]);
        self.shell(Empty {})
    }

    pub(crate) fn unlock(&self, request: Unlock) -> Result<Shell> {
        let officer = {
            let state = self.state();
            state.session.as_ref().map(|session| session.officer.id.0.clone()).ok_or(Own::NoSession)?
        };
        let path = self.settings.attempts();
        let attempts = AttemptBook::new(&path, &self.machine_secret);
        attempts.may_try(&officer, self.clock.now().trusted)?;
        let slots = vault::load_slots(&self.settings)?.ok_or(Own::FirstLoginNeedsServer)?;
        if slots.unlock_user(&officer, &request.password, &self.machine_secret).is_err() {
            attempts.failed(&officer, self.clock.now().trusted)?;
            return Err(Own::WrongPassword.into());
        }
        attempts.succeeded(&officer)?;
        self.state().locked = false;
        self.changed(ChangeSource::Window, ["shell", "applicant"]);
        self.shell(Empty {})
    }

    pub(crate) fn logout(&self, _: Empty) -> Result<Shell> {
        self.end_session()?;
        self.changed(ChangeSource::Window, ["shell", "desk", "applicant"]);
        self.shell(Empty {})
    }

    /// Ends the session: drafts become events, the store closes, the keys are wiped.
    pub(crate) fn end_session(&self) -> Result<()> {
        self.absorb_all_drafts();
        {
            let mut state = self.state();
            state.session = None;
            state.locked = false;
            state.focus = None;
            state.arrival = None;
            state.scanned = None;
            state.released = None;
            state.notice = None;
            state.collector = None;
            state.previewed.clear();
            state.thanks = None;
            state.undo = None;
        }
        let open = self.store.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(open) = open {
            open.sync.stop();
            // Not what a wall clock said: the next start would build on it.
            let last = self.clock.earliest().to_be_bytes().to_vec();
            let _ =
                open.store.write(Priority::Interactive, move |tx| table::terminal::put(tx, LAST_TIME, &last));
        }
        self.contents.refresh();
        Ok(())
    }
}

impl Clock {
    /// The year of a civil day of trusted time, for numbers.
    pub(crate) fn year(&self) -> i16 {
        self.now().day().year()
    }
}
