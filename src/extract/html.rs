// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns HTML into what a person reads, then what is hidden, the links and the texts of pictures.
//!
//! Only the tokenizer of html5ever is used, no tree is built: a tree adds nothing to the text, its
//! rules are quadratic for hostile nesting, and dropping a deep one overflows the stack. What is
//! hidden stands behind what is seen, so that neither cuts the other in two.

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::message::{charset, parameters, transfer};

use super::page::{Content, Page, Said};
use super::plain::with_lf;
use super::tag::TagScan;
use super::{Format, Source, Why, Work, uuencode};

/// Types that are written in HTML or much like it.
const TYPES: &[&str] = &[
    "text/html",
    "text/x-amp-html",
    "text/enriched",
    "text/richtext",
    "application/xhtml+xml",
    "image/svg+xml",
];

/// How content begins that programs take for HTML, before a blank or `>` (WHATWG MIME Sniffing, 7.1).
const STARTS: &[&[u8]] = &[
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
    b"<!--",
];

/// Pages in comments and frames of each other are read so deep: what is never ended is in itself.
const MOST_NESTED: usize = 4;

/// A tag of more attributes is not read, since the tokenizer compares each with all before it.
const MOST_ATTRIBUTES: usize = 1_000;

/// HTML, as a body or a file.
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "HTML"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let start = source.bytes.trim_ascii_start();
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let starts = |text: &&[u8]| {
            let found = start.get(..text.len());
            let next = start.get(text.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(text))
                && next.is_none_or(|next| next.is_ascii_whitespace() || *next == b'>')
        };
        let is_file = source.is_named(&[".html", ".htm", ".xhtml"])
            && !source.media_type.starts_with("text/plain");
        is_declared(source) || is_file || STARTS.iter().any(starts)
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let label = source
            .charset
            .map(str::to_owned)
            .or_else(|| declared(source.bytes));
        let html = with_lf(charset::decode(source.bytes, label.as_deref()));
        let (said, files, is_cut) = read(&html);
        if is_cut {
            let detail = format!(
                "a tag of more than {MOST_ATTRIBUTES} attributes, or pages in each other, read as plain text"
            );
            work.unreadable(source.path, Why::Partly, detail);
        }
        super::sealed::tell_openpgp(&said.text, source, work);
        let uuencoded = uuencode::files(&said.text);
        work.text(source.path, said.text, said.places);
        if let Some(whole) = said.whole {
            work.again(source.path, "with what is hidden", whole);
        }
        if !said.without.is_empty() {
            work.again(source.path, "without what may be hidden", said.without);
        }
        for (name, bytes) in uuencoded {
            work.open_named(source, &name, &bytes);
        }
        for file in files {
            if let Some((name, bytes)) = linked(&file) {
                work.open_inside(source, &name, &bytes);
            }
        }
    }
}

/// True where HTML is what it says to be.
pub(super) fn is_declared(source: &Source<'_>) -> bool {
    TYPES.contains(&source.media_type)
}

/// The file in a `data:` link, and a name for its kind (RFC 2397).
fn linked(link: &str) -> Option<(String, Vec<u8>)> {
    let (head, content) = link.get("data:".len()..)?.split_once(',')?;
    let head = head.to_ascii_lowercase();
    let bytes = parameters::percent_decoded(content.as_bytes());
    let bytes = match head.contains(";base64") {
        true => transfer::base64(&bytes),
        false => bytes,
    };
    let kind = head.split(';').next().unwrap_or_default();
    let name = match kind.rsplit('/').next() {
        None | Some("" | "plain") => "txt",
        Some(name) => name.split('+').next().unwrap_or(name),
    };
    Some((format!("data.{name}"), bytes))
}

/// The charset that a `meta` element near the start names (HTML, 13.2.3.2).
pub(super) fn declared(bytes: &[u8]) -> Option<String> {
    let start = bytes.get(..bytes.len().min(1024))?.to_ascii_lowercase();
    // White space may stand around the sign (HTML, 2.4.5).
    let rest = memchr::memmem::find_iter(&start, b"charset").find_map(|at| {
        let rest = start.get(at + b"charset".len()..)?.trim_ascii_start();
        Some(rest.strip_prefix(b"=")?.trim_ascii_start())
    })?;
    let rest = rest
        .strip_prefix(b"\"")
        .or(rest.strip_prefix(b"'"))
        .unwrap_or(rest);
    let is_end = |b: &u8| !(b.is_ascii_alphanumeric() || b"-_:.".contains(b));
    let length = rest.iter().position(is_end).unwrap_or(rest.len());
    let label = String::from_utf8_lossy(rest.get(..length)?).into_owned();
    // What is read as ASCII here cannot be in UTF-16 (same section, last step).
    (!label.is_empty() && !label.starts_with("utf-16")).then_some(label)
}

/// What a person reads of HTML.
pub(super) fn text(html: &str) -> String {
    read(&with_lf(html.to_owned())).0.text
}

/// What HTML says, the `data:` links in it, and whether some of it was too costly to be taken apart.
fn read(html: &str) -> (Said, Vec<String>, bool) {
    let mut page = Page::default();
    let mut is_cut = false;
    // What Outlook shows of a comment stands in it as HTML; comments do not nest.
    let mut ahead = vec![(html.to_owned(), 0)];
    while let Some((piece, depth)) = ahead.pop() {
        if depth > MOST_NESTED {
            page.rest(&piece);
            is_cut = true;
            continue;
        }
        let tokens = Tokenizer::new(Sink(RefCell::new(page)), TokenizerOpts::default());
        let rest = feed(&tokens, &piece);
        if rest.is_none() {
            tokens.end();
        }
        page = tokens.sink.0.into_inner();
        if let Some(rest) = rest {
            page.rest(rest);
            is_cut = true;
        }
        ahead.extend(page.pieces.drain(..).map(|piece| (piece, depth + 1)));
        page = page.closed();
    }
    let files = std::mem::take(&mut page.files);
    (page.finish(), files, is_cut)
}

/// Feeds the tokenizer. Gives back, from its tag on, what was not fed since that tag has too many
/// attributes.
fn feed<'a>(tokens: &Tokenizer<Sink>, html: &'a str) -> Option<&'a str> {
    let queue = BufferQueue::default();
    let mut tag: Option<TagScan> = None;
    let mut tag_at = 0;
    let mut at = 0;
    while at < html.len() {
        // Pieces begin with `<`: there, a tokenizer that has nothing pending begins a tag.
        let rest = html.get(at..).unwrap_or_default();
        let from = usize::from(rest.starts_with('<'));
        let next = memchr::memchr(b'<', rest.as_bytes().get(from..).unwrap_or_default());
        let piece = next.map_or(rest, |next| rest.get(..next + from).unwrap_or(rest));
        if !tokens.sink.is_pending() {
            tag = tokens.sink.begins_tag(piece).then(TagScan::default);
            tag_at = at;
        }
        if let Some(tag) = &mut tag
            && tag.count(piece.get(from..).unwrap_or_default()) > MOST_ATTRIBUTES
        {
            return html.get(tag_at..);
        }
        tokens.sink.0.borrow_mut().is_pending = true;
        queue.push_back(StrTendril::from_slice(piece));
        // The sink never asks for a stop, but a script's end and a charset named in a `meta` are
        // reported: go on.
        while tokens.feed(&queue) != TokenizerResult::Done {}
        at += piece.len();
    }
    None
}

/// What the tokenizer writes to.
struct Sink(RefCell<Page>);

impl Sink {
    fn is_pending(&self) -> bool {
        self.0.borrow().is_pending
    }

    /// True where a piece begins a tag, rather than a comment or text.
    fn begins_tag(&self, piece: &str) -> bool {
        let mut chars = piece.chars();
        let is_open = chars.next() == Some('<');
        let is_tag = chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
        is_open && is_tag && !self.0.borrow().is_raw()
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        let mut content = Content::Markup;
        match token {
            Token::ParseError(_) => return TokenSinkResult::Continue,
            Token::CharacterTokens(text) => page.text(&text),
            // Browsers pass over it (HTML, 13.2.6.4.7).
            Token::NullCharacterToken => {}
            Token::CommentToken(text) => page.comment(&text),
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => page.end(&tag.name),
            Token::TagToken(tag) => {
                let attributes = tag.attrs.iter().map(|a| (&*a.name.local, &*a.value));
                let attributes: Vec<(&str, &str)> = attributes.collect();
                content = page.start(&tag.name, &attributes, tag.self_closing);
            }
            Token::DoctypeToken(_) | Token::EOFToken => {}
        }
        page.is_pending = false;
        match content {
            Content::Markup => TokenSinkResult::Continue,
            Content::Entities => TokenSinkResult::RawData(RawKind::Rcdata),
            Content::Text => TokenSinkResult::RawData(RawKind::Rawtext),
            Content::Script => TokenSinkResult::RawData(RawKind::ScriptData),
            Content::Rest => TokenSinkResult::Plaintext,
        }
    }
}

#[cfg(test)]
mod tests;
