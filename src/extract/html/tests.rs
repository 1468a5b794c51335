// SPDX-License-Identifier: GPL-3.0-or-later
//! Pages that people send, and pages that nobody should.

use super::*;

fn text(html: &str) -> String {
    read(html).0.text
}

/// The text that stands at a place.
fn at(html: &str, place: &str) -> String {
    let (said, ..) = read(html);
    let found = said
        .places
        .iter()
        .find(|(_, name)| name.to_string() == place);
    found.map_or_else(String::new, |(range, _)| {
        said.text[range.clone()].to_owned()
    })
}

#[test]
fn blocks_break_and_blanks_fold() {
    let html = "<html><head><title>A &amp; B</title><style>x{}</style></head><body>\n <h1>One</h1>\n\
        <p>Two\n  <b>th</b>ree<br>four<br/><br>five<script>var x = '<p>no';</script></p> six <!-- no --></body>";
    assert_eq!(
        text(html),
        "A & B\nOne\nTwo three\nfour\n\nfive\nsix\nno\nvar x = '<p>no';"
    );
}

#[test]
fn tags_within_a_number_do_not_part_it() {
    assert_eq!(
        text("IBAN <b>D</b><b>E</b><i>8</i>1&#x38;&nbsp;1<wbr>2<!-- x -->3"),
        "IBAN DE818\u{a0}123\nx"
    );
}

#[test]
fn cells_are_parted_by_tabs_and_rows_by_lines() {
    let html = "<table>\n<thead><tr><th>Name</th> <th>AHV</th></tr></thead>\n<tr><td><p>Anna</p></td>\n\
        <td><div>756</div><div>x</div></td></tr><tr><td></td><td>b<td>c<tr><td>d</table>after";
    assert_eq!(text(html), "Name\tAHV\nAnna\t756\nx\n\tb\tc\nd\nafter");
    assert_eq!(text("<td>a</td><td>b</td>"), "a\tb");
}

#[test]
fn hidden_text_stands_behind_what_is_seen() {
    let html = "C<span style='display: none'>8</span>H<span style=\"FONT-SIZE:0px\">5</span>7\
        <div hidden>x<p>y</div>1<span style='font-size:0.5em'>2</span><template>z</template>3";
    assert_eq!(text(html), "CH7123\n85\nx\ny\nz");
    assert_eq!(at(html, "hidden text"), "85\nx\ny\nz");
    assert_eq!(text("<p hidden>a<p>b"), "b\na");
}

#[test]
fn links_and_alternative_texts_are_read() {
    let html = "<a href='mailto:anna%40example.ch?subject=M%C3%BCller&amp;x'>write</a>\
        <a href=tel:+41441234567>call</a><a href='#top'>top</a><img src=cid:x alt='AHV 756' title=T>";
    assert_eq!(
        at(html, "link"),
        "mailto:anna@example.ch?subject=Müller&x\ntel:+41441234567"
    );
    assert_eq!(at(html, "alternative text"), "AHV 756\nT");
    assert!(text(html).starts_with("writecalltop\n"));
}

#[test]
fn white_space_counts_where_it_counts() {
    assert_eq!(
        text("<pre>a\n  b</pre>c  d<textarea>e  &lt;p></textarea>"),
        "a\n  b\nc d\ne  <p>"
    );
}

#[test]
fn what_outlook_reads_in_comments_is_read() {
    assert_eq!(
        text("<p>a</p><!--[if mso]><p>b<![endif]--><!-- c --><p>d"),
        "a\nd\nb\nc"
    );
    assert_eq!(text("<!--[if !mso]><!-->a<!--<![endif]-->"), "a");
}

#[test]
fn unfinished_pages_are_read() {
    for (html, expected) in [
        ("a<b", "a"),
        ("a &am", "a &am"),
        ("a<", "a<"),
        ("</p>a</x>b", "ab"),
        ("", ""),
    ] {
        assert_eq!(text(html), expected, "{html}");
    }
    assert_eq!(text("a\0b"), "ab");
}

#[test]
fn hostile_pages_take_linear_time_and_no_stack() {
    let many = 100_000;
    assert_eq!(text(&format!("{}x", "<div>".repeat(many))), "x");
    assert_eq!(
        text(&format!("{}{}x", "<div>".repeat(many), "</b>".repeat(many))),
        "x"
    );
    assert_eq!(text(&format!("{}x", "<table><tr><td>".repeat(many))), "x");
    assert_eq!(text(&format!("{}x", "<p hidden>".repeat(many))).len(), 1);
    assert_eq!(text(&"<![CDATA[".repeat(many)).len(), 9 * (many - 1));
    assert_eq!(text(&"&".repeat(many)).len(), many);
    assert_eq!(text(&"<!--".repeat(many)), "");
}

#[test]
fn a_tag_with_too_many_attributes_is_read_as_text() {
    let many: String = (0..200_000).map(|n| format!(" a{n}")).collect();
    for html in [
        format!("x<a{many}>y"),
        format!("x<a b='<'{many}>y"),
        format!("x</a{many}>y"),
    ] {
        let (said, _, is_cut) = read(&html);
        assert!(is_cut);
        assert!(said.text.starts_with("x\n<"), "{}", &said.text[..20]);
        assert!(said.text.ends_with(">y"));
    }
    // Text, comments, scripts and long values are no attributes.
    let words = "a b c ".repeat(10_000);
    for html in [
        format!("<p>{words}"),
        format!("<!--{words}-->"),
        format!("<script><a {words}</script>"),
        format!("<p style='{words}'>"),
    ] {
        assert!(!read(&html).2);
    }
}
