// What a test asks of the page it looks at: each function gives the list of what is wrong.
window.inPage = (() => {
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const name = (element) => {
    const words = (element.innerText || element.value || element.getAttribute("aria-label") || "");
    return `<${element.localName} ${element.className || element.name || ""}> ${words.trim().slice(0, 40)}`;
  };
  const innermost = (found) => found.filter((each) => !found.some((other) => other !== each && each.contains(other)));
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true })
    && element.getBoundingClientRect().width > 1;
  const style = (element) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, clipPath } = getComputedStyle(element);
    return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, clipPath].join();
  };

  // What is wider than the screen, so that somebody has to scroll in two directions (1.4.10).
  const tooWide = () => {
    const width = window.innerWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const far = all("body *").filter((each) => isShown(each) && each.getBoundingClientRect().right > width + 1);
    return [`${document.documentElement.scrollWidth} px wide: ${innermost(far).slice(0, 2).map(name)}`];
  };

  // Targets of less than 24 px (2.5.8); a box is as large as the label that ticks it. Links in a line
  // of text may be as low as their line: how far apart those are, axe measures.
  const tooSmall = () => all(INTERACTIVE).filter(isShown).filter((each) => {
    if (each.localName === "a" && getComputedStyle(each).display === "inline") return false;
    const boxes = [each, ...(each.labels || [])].map((part) => part.getBoundingClientRect());
    return Math.max(...boxes.map((box) => box.height)) < 24 || Math.max(...boxes.map((box) => box.width)) < 24;
  }).map((each) => `${name(each)} is ${Math.round(each.getBoundingClientRect().height)} px high`);

  // Text that is cut off or runs over what follows once somebody spaces it out (1.4.12).
  const spaceOut = () => {
    const sheet = new CSSStyleSheet();  // as a user's own: no policy of the page stops it
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
      word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
  };
  const isCut = (each) => {
    const { display, overflowX, overflowY } = getComputedStyle(each);
    const isControl = ["input", "select", "textarea", "option"].includes(each.localName);
    if (isControl || each.closest("svg") || !isShown(each) || display.startsWith("inline") || !each.innerText) return false;
    if (each.closest(".visually-hidden, .visually-hidden-focusable")) return false;
    const scrolls = ["auto", "scroll"];
    return (!scrolls.includes(overflowX) && each.scrollWidth > each.clientWidth + 2)
      || (!scrolls.includes(overflowY) && each.scrollHeight > each.clientHeight + 2);
  };
  const cutOff = () => innermost(all("body *").filter(isCut)).map((each) => `${name(each)} is cut off`);

  // Focus that does not show, or whose element lies under something else (2.4.7, 2.4.11).
  // Of many that are alike, as in a long table, the first few stand for all.
  const unclearFocus = () => {
    const seen = new Map();
    return all(INTERACTIVE + ", [tabindex='0']").filter(isShown).filter((each) => {
      const kind = `${each.closest("td, th, li")?.parentElement.localName} ${each.localName} ${each.className}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      return seen.get(kind) <= 12 && !each.disabled && each.tabIndex >= 0;
    }).flatMap(unclearWhenFocused);
  };
  const unclearWhenFocused = (each) => {
    document.activeElement.blur();
    const before = style(each);
    each.focus();
    if (document.activeElement !== each) return [`${name(each)} takes no focus`];
    const box = each.getClientRects()[0];
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const isOnTop = hit && (each.contains(hit) || hit.contains(each) || Array.from(each.labels || []).includes(hit));
    return [
      ...(style(each) === before ? [`${name(each)} shows no focus`] : []),
      ...(isOnTop ? [] : [`${name(each)} lies under ${hit ? name(hit) : "the edge"}`]),
    ];
  };

  // What moves for whoever asked for stillness.
  const moving = () => all("*").filter((each) => {
    const { transitionDuration, animationName } = getComputedStyle(each);
    return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0.01);
  }).map((each) => `${name(each)} moves`);

  const axe = async (rules) => {
    const { violations } = await window.axe.run({ ...rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `axe ${id}: ${node.target} ${node.any.concat(node.all)[0]?.message ?? ""}`));
  };

  return { tooWide, tooSmall, spaceOut, cutOff, unclearFocus, moving, axe };
})();
