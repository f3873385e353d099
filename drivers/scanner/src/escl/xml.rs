//! Reading a scanner's XML: by local names alone, because makers bind the namespaces to other words.

use roxmltree::{Document, Node, ParsingOptions};

use super::error::EsclError;

/// Most nodes of a document: the longest capabilities seen have some 1500.
const MOST_NODES: u32 = 20_000;

/// Reads a document and gives its root to `read`, if it has this name.
pub(super) fn with_root<T>(
    bytes: &[u8],
    name: &str,
    read: impl FnOnce(Node<'_, '_>) -> Result<T, EsclError>,
) -> Result<T, EsclError> {
    let text = std::str::from_utf8(bytes).map_err(|_| EsclError::Garbage("no UTF-8"))?;
    // No document type: nothing of eSCL has one, and entities could grow without end.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options)
        .map_err(|_| EsclError::Garbage("no XML"))?;
    let root = document.root_element();
    if root.tag_name().name() != name {
        return Err(EsclError::Garbage("another document"));
    }
    read(root)
}

/// The first child element of this name.
pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|one| one.tag_name().name() == name)
}

/// The text of the first child element of this name.
pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// The number in the first child element of this name.
pub(super) fn number(node: Node<'_, '_>, name: &str) -> Option<u32> {
    text(node, name)?.parse().ok()
}

/// The texts of all elements of this name below a node.
pub(super) fn texts<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = &'a str> {
    node.descendants()
        .filter(move |one| one.tag_name().name() == name)
        .filter_map(|one| one.text().map(str::trim))
}
