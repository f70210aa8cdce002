// Fields that search are built by select2, which does not say their names to those who cannot see: this does.
'use strict';
{
  function nameField(select) {
    const name = select.getAttribute('aria-label') || select.labels[0]?.textContent.trim().replace(/[:：]$/, '');
    const field = select.nextElementSibling;
    const box = field?.querySelector('[role="combobox"]');
    if (!name || !box) return;
    select.setAttribute('aria-label', name);
    box.setAttribute('aria-label', name);
    box.querySelector('input')?.setAttribute('aria-label', name);
    const value = box.querySelector('[role="textbox"]');
    if (value) { // what is chosen, which nobody types here: it is read out after the name
      value.removeAttribute('role');
      value.removeAttribute('aria-readonly');
      const label = Object.assign(document.createElement('span'), {id: `${select.id}_name`, textContent: name, hidden: true});
      field.append(label);
      box.setAttribute('aria-labelledby', `${label.id} ${value.id}`);
    }
  }

  const nameFields = part => part.querySelectorAll('.select2-hidden-accessible').forEach(nameField);
  // By then the script that builds the fields stands in the same queue, before this.
  addEventListener('load', () => django.jQuery(() => nameFields(document)));
  document.addEventListener('formset:added', event => setTimeout(nameFields, 0, event.target));
}
// Ctrl+S saves and stays; who leaves with something unsaved is asked; who else has the record open is named.
addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('.change-form form[id$="_form"]');
  let unsaved = Boolean(document.querySelector('.errornote, .conflict')); // what came back is not saved either
  form?.addEventListener('input', () => { unsaved = true; });
  form?.addEventListener('drop', () => { unsaved = true; });
  django.jQuery(form).on('change', 'select', () => { unsaved = true; }); // select2 tells jQuery alone
  form?.addEventListener('submit', () => { unsaved = false; });
  addEventListener('beforeunload', event => { if (unsaved) event.preventDefault(); });
  addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
      const button = form?.querySelector('[name="_continue"]') ?? form?.querySelector('[name="_save"]');
      if (button) {
        event.preventDefault();
        button.click();
      }
    }
  });
  const notice = document.querySelector('.also-open');
  if (notice) {
    const sent = new URLSearchParams({
      open_on: notice.dataset.openOn,
      csrfmiddlewaretoken: form.querySelector('[name="csrfmiddlewaretoken"]').value,
    });
    setInterval(async () => {
      const {others = []} = await fetch(notice.dataset.url, {method: 'POST', body: sent}).then(answer => answer.json());
      notice.textContent = `${notice.dataset.text} ${others.join(', ')}`;
      notice.hidden = !others.length;
    }, 60_000);
  }
});
// While a name, a title or a number is typed: what may have been entered before.
addEventListener('DOMContentLoaded', () => {
  const notice = document.querySelector('.like');
  const fields = (notice?.dataset.typed ?? '').split(' ').map(name => document.getElementById(`id_${name}`)).filter(Boolean);
  async function ask() {
    const typed = Object.fromEntries(fields.map(field => [field.name, field.value]));
    const answer = await fetch(`${notice.dataset.url}?${new URLSearchParams({...typed, key: notice.dataset.key})}`);
    const {likes = []} = await answer.json();
    notice.replaceChildren(notice.dataset.text, ...likes.flatMap(like => {
      const link = Object.assign(document.createElement('a'), {href: like.url, textContent: like.name, target: '_blank', rel: 'opener'});
      return [' ', link, ` (${like.why})`];
    }));
    notice.hidden = !likes.length;
  }
  let waiting;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 400); };
  fields.forEach(field => {
    field.addEventListener('input', soon);
    django.jQuery(field).on('change', soon); // select2 tells jQuery alone
  });
});
