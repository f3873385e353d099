//! Invented people of the play: officers in every post, and citizens with numbers that cannot be in use.

use domain::flow::Level;
use domain::identity::check_character;
use domain::ids::UnitCode;
use domain::person::{Actor, Officer, Post, Role, Roster, Unit};
use jiff::civil::Date;

/// Units of the demo city: its division code belongs to no real one (see CONTRIBUTING).
const CITY: &str = "999900000000";
const COUNTY: &str = "999901000000";
const STATION: &str = "999901510000";

/// Somebody who holds every post: whatever he takes in, he may never review (rules of the counter, 7).
pub const EVERYWHERE: &str = "D0001";

/// Log-in name and role of those who act; several of each kind, as one person may not review twice.
const PEOPLE: [(&str, Role); 11] = [
    ("F0001", Role::Auxiliary),
    ("J0001", Role::Officer),
    ("J0002", Role::Officer),
    ("J0003", Role::Officer),
    ("S0001", Role::CommunityOfficer),
    ("L0001", Role::Head),
    ("L0002", Role::Head),
    ("C0001", Role::CountyReviewer),
    ("C0002", Role::CountyReviewer),
    ("Y0001", Role::CityReviewer),
    ("Z0001", Role::Inspector),
];

fn unit(code: &str) -> Option<UnitCode> {
    UnitCode::try_from(code).ok()
}

/// The post of a role in the demo station or above it.
#[must_use]
pub fn post(role: Role) -> Option<Post> {
    let code = match role {
        Role::CountyReviewer => COUNTY,
        Role::CityReviewer => CITY,
        _ => STATION,
    };
    Some(Post { unit: unit(code)?, role })
}

/// Everybody, with the units.
#[must_use]
pub fn roster() -> Roster {
    let units = [
        (CITY, Level::City, None),
        (COUNTY, Level::County, Some(CITY)),
        (STATION, Level::Station, Some(COUNTY)),
    ]
    .into_iter()
    .filter_map(|(code, level, parent)| {
        let parent = parent.and_then(unit);
        Some(Unit { code: unit(code)?, name: code.to_owned(), short: code.to_owned(), level, parent })
    })
    .collect();
    let mut officers: Vec<Officer> = PEOPLE
        .iter()
        .map(|(id, role)| Officer {
            id: (*id).into(),
            name: (*id).to_owned(),
            posts: post(*role).into_iter().collect(),
            active: true,
        })
        .collect();
    let every_role = PEOPLE.iter().map(|(_, role)| *role);
    let mut posts: Vec<Post> = every_role.filter_map(post).collect();
    posts.dedup();
    officers.push(Officer { id: EVERYWHERE.into(), name: EVERYWHERE.to_owned(), posts, active: true });
    Roster { version: 1, officers, units }
}

/// Somebody acting in a role.
#[must_use]
pub fn actor(id: &str, role: Role) -> Option<Actor> {
    Some(Actor { officer: id.into(), name: id.to_owned(), post: post(role)? })
}

/// Everybody who may act in one of these roles, in order.
#[must_use]
pub fn in_roles(roles: &[Role]) -> Vec<Actor> {
    PEOPLE.iter().filter(|(_, role)| roles.contains(role)).filter_map(|(id, role)| actor(id, *role)).collect()
}

/// An identity number of the demo city for a birth date; odd for men, even for women.
#[must_use]
pub fn number(birth: Date, sex: &str, count: u16) -> String {
    // Three digits, the last of them odd for men.
    let sequence = (count % 450) * 2 + u16::from(sex != "2");
    let body = format!("999901{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
    let check = check_character(&body).map(String::from).unwrap_or_default();
    format!("{body}{check}")
}

/// A name that nobody else of the case has.
#[must_use]
pub fn name(count: u16) -> String {
    const SIGNS: [char; 20] = [
        '甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸', '子', '丑', '寅', '卯', '辰', '巳', '午',
        '未', '申', '酉',
    ];
    let sign = |at: u16| SIGNS[usize::from(at) % SIGNS.len()];
    format!("演{}{}", sign(count / 20), sign(count))
}
