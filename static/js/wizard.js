/*
What the pages do beyond htmx. Every page works without this file; nothing is kept in the browser's storage.

  - after a swap, focus goes to the error summary, else to the page's heading, so that a screen reader starts there
  - a fragment that fails leaves the page as it is and says so; a whole page is never put into a part of one
  - a form is sent once, however often its button is pressed
  - <select data-combobox> becomes a text field that filters: <option data-search="holland 荷兰"> adds words to find it by
*/
(() => {
  "use strict";

  const announce = (text) => {
    const region = document.getElementById("announcement");
    if (region) region.textContent = text;
  };

  // htmx notes the address of the current page, which names a case.
  const keepNothing = () => {
    try {
      sessionStorage.removeItem("htmx-current-path-for-history");
    } catch {
      // A browser that lets nothing be stored has stored nothing.
    }
  };

  // ------------------------------------------------------------------------------------------------ focus, failures

  const focusStart = () => {
    const target = document.querySelector(".error-summary") || document.querySelector("main h1");
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: !target.classList.contains("error-summary") });
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === document.body) {
      if (!window.location.hash) window.scrollTo(0, 0);
      focusStart();
    }
    enhance(document);
    keepNothing();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target === document.body) {
      // htmx would first move the focus to whatever has the same id on the new page, such as another question's "No".
      if (document.activeElement) document.activeElement.blur();
      return;
    }
    const wholePage = /^\s*<!doctype/i.test(xhr.responseText);
    if (wholePage || (xhr.status >= 400 && xhr.status !== 422)) {
      event.detail.shouldSwap = false;
      announce(document.body.dataset.fragmentFailed || "");
    }
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => announce(document.body.dataset.connectionFailed || ""));
  }

  // ------------------------------------------------------------------------------------------------ one submission

  const setBusy = (form, busy) => {
    if (busy) form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      if (form.getAttribute("aria-busy") === "true") {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      setBusy(form, true);
      // An answer that is a file leaves the page standing, and its form must work again.
      window.setTimeout(() => setBusy(form, false), 10000);
    },
    true,
  );

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest && event.detail.elt.closest("form");
    if (form) setBusy(form, false);
  });

  // A page taken from the back-forward cache must be usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll('form[aria-busy="true"]').forEach((form) => setBusy(form, false));
  });

  // ------------------------------------------------------------------------------------------------ combobox

  const MOST_SHOWN = 12;

  const fold = (text) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      .trim();

  /* First what is called exactly so, then names that start so, then any word that is or starts so, then the rest. */
  const rank = (option, typed) => {
    const name = fold(option.label);
    const also = fold(option.dataset.search || "");
    const split = (text) => text.split(/[\s,;()/]+/);
    if (name === typed || split(also).includes(typed)) return 0;
    if (name.startsWith(typed)) return 1;
    if (split(name).includes(typed)) return 2;
    if ([...split(name), ...split(also)].some((word) => word.startsWith(typed))) return 3;
    return name.includes(typed) || also.includes(typed) ? 4 : -1;
  };

  const makeCombobox = (select) => {
    select.dataset.enhanced = "true";
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const box = document.createElement("div");
    const id = select.id;
    let shown = [];
    let active = -1;

    box.className = "combobox";
    input.type = "text";
    input.id = id;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${id}-list`);
    for (const name of ["aria-describedby", "aria-invalid", "aria-label", "aria-labelledby"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    list.className = "combobox-list";
    list.id = `${id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    list.setAttribute("aria-label", label ? label.textContent.trim() : select.name);

    select.id = `${id}-select`;
    select.hidden = true;
    select.replaceWith(box);
    box.append(input, list, select);
    const chosen = select.selectedOptions[0];
    input.value = chosen && chosen.value ? chosen.label : "";

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const highlight = (index) => {
      active = index;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
      if (active < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    };

    const choose = (option) => {
      const before = select.value;
      select.value = option ? option.value : "";
      if (option) input.value = option.label;
      close();
      if (select.value !== before) select.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const show = () => {
      const typed = fold(input.value);
      const options = [...select.options].filter((option) => option.value && !option.disabled);
      shown = typed
        ? options
            .map((option, order) => ({ option, order, rank: rank(option, typed) }))
            .filter((found) => found.rank >= 0)
            .sort((a, b) => a.rank - b.rank || a.order - b.order)
            .slice(0, MOST_SHOWN)
            .map((found) => found.option)
        : options;
      list.replaceChildren(
        ...shown.map((option, index) => {
          const item = document.createElement("li");
          item.id = `${id}-option-${index}`;
          item.setAttribute("role", "option");
          item.textContent = option.label;
          item.addEventListener("pointerdown", (event) => event.preventDefault());
          item.addEventListener("click", () => choose(option));
          return item;
        }),
      );
      list.hidden = shown.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      highlight(typed && shown.length ? 0 : -1);
      announce((select.dataset.countText || "{}").replace("{}", String(shown.length)));
    };

    /* What stands in the field when it is left is the answer, or no answer: never a country that was not meant. */
    const settle = () => {
      const typed = fold(input.value);
      const exact = [...select.options].find((option) => option.value && fold(option.label) === typed);
      choose(exact || null);
    };

    input.addEventListener("input", show);
    input.addEventListener("click", show);
    input.addEventListener("blur", settle);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) return show();
        const step = event.key === "ArrowDown" ? 1 : -1;
        highlight((active + step + shown.length) % shown.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(shown[active]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
    if (select.form) select.form.addEventListener("submit", settle, true);
  };

  const enhance = (root) => {
    root.querySelectorAll("select[data-combobox]:not([data-enhanced])").forEach(makeCombobox);
  };

  // A link of the error summary must reach the field that now carries the select's id, and the field must take focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });

  enhance(document);
  keepNothing();
  // A page that answers with errors starts at them, with or without htmx.
  if (document.querySelector(".error-summary")) focusStart();
})();
