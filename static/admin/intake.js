// Reading an article, made quicker: all of it works without this by the same buttons.
'use strict';
addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('form.intake');
  const article = form?.querySelector('.article');
  if (!form) return;

  // A passage and its form: a click, or the focus, on one shows the other.
  const show = (part, where) => part?.scrollIntoView({block: where, behavior: 'instant'});
  function light(key) {
    form.querySelectorAll('.here').forEach(part => part.classList.remove('here'));
    const passages = [...article.querySelectorAll('a[data-keys]')].filter(part => part.dataset.keys.split(' ').includes(key));
    passages.forEach(part => part.classList.add('here'));
    return passages;
  }
  function toPassage(key) {
    const [first] = light(key);
    if (!first) return;
    const box = article.getBoundingClientRect(), at = first.getBoundingClientRect();
    if (at.top < box.top || at.bottom > box.bottom) article.scrollTop += at.top - box.top - box.height / 3;
  }
  const keyOf = part => part.closest('[id^="s"][id].demand, .figure, .person, .section, .source')?.id;
  form.querySelector('.suggestions').addEventListener('focusin', event => {
    const key = keyOf(event.target);
    if (key) toPassage(key);
  });
  form.addEventListener('click', event => {
    const back = event.target.closest('.to-place');
    const link = event.target.closest('.article a[data-keys]');
    if (back) {
      event.preventDefault();
      toPassage(keyOf(back));
    } else if (link && getSelection().isCollapsed) {
      event.preventDefault();
      toForm(link.hash.slice(1));
    } else if (link) {
      event.preventDefault(); // a passage is being chosen, not followed
    }
  });
  function toForm(key) {
    const part = document.getElementById(key);
    if (!part) return;
    for (let fold = part.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    const field = part.querySelector('textarea, input:not([type="hidden"], [type="checkbox"])');
    light(key);
    field?.focus({preventScroll: true});
    show(part.matches('.section') ? part : field ?? part, part.matches('.section') ? 'start' : 'center');
  }

  // What is chosen with the mouse, or with Shift and the arrows, is the passage that is marked.
  const passage = form.elements.passage, place = form.elements['passage-at'];
  document.addEventListener('selectionchange', () => {
    const chosen = getSelection();
    if (chosen.isCollapsed || !chosen.rangeCount || !article.contains(chosen.getRangeAt(0).commonAncestorContainer)) return;
    const words = chosen.getRangeAt(0).cloneContents();
    words.querySelectorAll('.number, .why').forEach(part => part.remove());
    passage.value = words.textContent.replace(/\s+/g, ' ').trim();
    const {startContainer, startOffset} = chosen.getRangeAt(0);
    const piece = startContainer.parentElement?.closest('[data-start]');
    place.value = piece ? Number(piece.dataset.start) + startOffset : '';
  });

  // Where the cursor stands when a demand is split.
  form.addEventListener('submit', event => {
    const [, key] = /^split (\w+)$/.exec(event.submitter?.value ?? '') ?? [];
    const field = key && form.elements[`${key}-text`];
    if (field && field.dataset.touched) form.elements[`${key}-at`].value = field.selectionStart;
    leaving = true;
  });
  form.addEventListener('focusin', event => { if (event.target.matches('.demand textarea')) event.target.dataset.touched = '1'; });

  // Names: the record's own are offered for the last one of several.
  const known = new Map([...form.querySelectorAll('datalist[id^="known-"]')].map(
    list => [list.id.slice(6), [...list.options].map(option => option.value)]));
  function offer(field, names, before = '') {
    let list = document.getElementById(`${field.id}-offered`);
    if (!list) {
      list = Object.assign(document.createElement('datalist'), {id: `${field.id}-offered`});
      form.append(list);
      field.setAttribute('list', list.id);
    }
    list.replaceChildren(...names.map(name => Object.assign(document.createElement('option'), {value: before + name})));
  }
  form.addEventListener('input', event => {
    const field = event.target;
    unsaved = true;
    if (field.matches('[data-names]')) {
      const parts = field.matches('.many') ? field.value.split(/[;；]/) : [field.value];
      const typed = parts.pop().trim().toLowerCase();
      const before = parts.map(part => `${part.trim()}; `).join('');
      const fitting = known.get(field.dataset.names).filter(name => name.toLowerCase().includes(typed));
      offer(field, typed ? fitting.slice(0, 12) : [], before);
    } else if (field.matches('.find-delegate')) {
      form.querySelector(`[name="${field.name.replace('-other', '-who')}"][value="="]`).checked = true;
      clearTimeout(asking);
      asking = setTimeout(() => ask(field), 250);
    }
  });
  async function ask(field) {
    if (field.value.includes('#')) return;
    const asked = {app_label: 'proposals', model_name: 'sponsorship', field_name: 'delegate', term: field.value};
    const answer = await fetch(`${form.dataset.delegates}?${new URLSearchParams(asked)}`);
    const {results = []} = answer.ok ? await answer.json() : {};
    offer(field, results.map(each => `${each.text} #${each.id}`));
  }

  // Ctrl+S saves, Ctrl+Enter accepts; who leaves with something unsaved is asked.
  let unsaved = Boolean(form.querySelector('.errorlist')), leaving = false, asking;
  addEventListener('beforeunload', event => { if (unsaved && !leaving) event.preventDefault(); });
  document.addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const does = {s: 'save', enter: 'accept'}[event.key.toLowerCase()];
    const button = does && form.querySelector(`button[name="do"][value="${does}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  const wrong = form.querySelector('.errorlist, .theirs');
  if (wrong) show(wrong.closest('.field, .person') ?? wrong, 'center');
  else if (location.hash.length > 1 && document.getElementById(location.hash.slice(1))) toForm(location.hash.slice(1));
});
