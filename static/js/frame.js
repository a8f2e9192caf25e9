// The frame: "/" goes to the search box, single keys press the button that shows them, large type at once.
// Every page works without this file.
(function () {
  'use strict';
  var d = document, root = d.documentElement;

  function typing(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  }

  function remember(name, value) {
    var secure = location.protocol === 'https:' ? ';secure' : '';
    d.cookie = name + '=' + value + ';path=/;max-age=31536000;samesite=lax' + secure;
  }

  d.addEventListener('submit', function (event) {
    var button = event.target.querySelector('[data-large]');
    if (!button) return;
    event.preventDefault();
    var on = root.classList.toggle('large');
    button.setAttribute('aria-pressed', String(on));
    remember('large', on ? '1' : '0');
  });

  d.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var q = d.getElementById('q');
    if (event.key === '/' && q && !typing(event.target)) {
      event.preventDefault();
      q.focus();
    } else if (event.key === 'Escape' && q && event.target === q) {
      q.blur();
    } else if (event.key === 'Escape') {
      var menu = d.querySelector('.top details[open]');
      if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
    } else if (/^[a-z]$/.test(event.key) && !typing(event.target) && !d.querySelector('.modal.open, .modal:target')) {
      var button = d.querySelector('[data-key="' + event.key + '"]');
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  // A menu in the bar closes when the reader goes elsewhere.
  d.addEventListener('click', function (event) {
    d.querySelectorAll('.top details[open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // On a narrow screen the sections scroll in their bar; the one we are in stands in sight.
  var section = d.querySelector('.top nav > [aria-current]'), bar = section && section.parentNode;
  if (bar && section.offsetLeft + section.offsetWidth > bar.offsetLeft + bar.clientWidth) {
    bar.scrollLeft = section.offsetLeft - bar.offsetLeft - 48;
  }

  // A new page of the same address keeps the place the reader was at, when the form asks for it.
  var errors = d.querySelector('[data-focus]');
  if (errors) errors.focus();
})();
