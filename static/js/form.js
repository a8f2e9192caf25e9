// Forms: characters left beside long fields, one submission at a time, filters that apply themselves, copying.
(function () {
  'use strict';
  var d = document;

  // Characters are counted as the server counts them: by code point, line ends as one.
  function length(text) {
    return Array.from(text.replace(/\r\n/g, '\n')).length;
  }

  d.querySelectorAll('[data-counter]').forEach(function (output) {
    var field = d.getElementById(output.getAttribute('data-counter'));
    var limit = Number(output.getAttribute('data-limit'));
    if (!field) return;
    function show() {
      var used = length(field.value);
      output.textContent = used + '/' + limit;
      output.classList.toggle('bad', used > limit);
    }
    field.addEventListener('input', show);
    show();
  });

  // The same form is not sent twice by a double click; a page that comes back from the cache may send again.
  d.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
  });
  window.addEventListener('pageshow', function () {
    d.querySelectorAll('form[data-sent]').forEach(function (form) { form.removeAttribute('data-sent'); });
  });

  // A filter applies as soon as it is chosen; its button stays for readers without script. Arrow keys run through all
  // choices of a list on the way to one, so that they only bring the button back; Enter applies it as well.
  d.querySelectorAll('form[data-auto]').forEach(function (form) {
    var byKey = false;
    form.classList.add('auto');
    form.addEventListener('keydown', function (event) { byKey = event.target.tagName === 'SELECT'; });
    form.addEventListener('pointerdown', function () { byKey = false; });
    form.addEventListener('change', function (event) {
      if (byKey && event.target.tagName === 'SELECT') form.classList.remove('auto');
      else form.submit();
    });
  });

  d.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('[data-copy]');
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.getAttribute('data-copy')).then(function () {
      var before = button.textContent;
      button.textContent = button.getAttribute('data-copied');
      setTimeout(function () { button.textContent = before; }, 1500);
    });
  });

  // Criteria of a disease open as soon as the impression names it; what the doctor closed stays closed, and nothing is ticked for her.
  (function () {
    var impression = d.getElementById('f-impression');
    var groups = d.querySelectorAll('details[data-fits]');
    if (!impression || !groups.length) return;
    function within(codes, code) {
      return codes.split(' ').some(function (one) {
        var ends = one.split('-');
        return ends.length === 2 ? ends[0] <= code.slice(0, 3) && code.slice(0, 3) <= ends[1] : code.indexOf(one) === 0;
      });
    }
    function look() {
      var text = impression.value, codes = text.toUpperCase().match(/[A-Z][0-9]{2}(\.[0-9]{1,3})?/g) || [];
      groups.forEach(function (group) {
        var named = group.getAttribute('data-fits').split('|').some(function (name) { return text.toLowerCase().indexOf(name.toLowerCase()) >= 0; });
        var fits = named || codes.some(function (code) { return within(group.getAttribute('data-codes'), code); });
        if (fits && group.querySelector('.tag').hidden) group.open = true;
        group.querySelector('.tag').hidden = !fits;
      });
    }
    impression.addEventListener('input', look);
  })();

  d.querySelectorAll('[data-print]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
})();
