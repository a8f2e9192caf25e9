// Dialogs: they hold the focus while open, Escape leaves by their own "back" link, and the focus returns.
// Without this file a dialog opens by its address (#name) or by the server, and closes by the same link.
(function () {
  'use strict';
  var d = document, opener = null;
  var focusable = 'a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, summary';

  function current() {
    return d.querySelector('.modal:target, .modal.open');
  }

  // "Skip to the text" and the lines of an error list lead elsewhere in the page; there the focus stays.
  function leadsToDialog(address) {
    var target = d.getElementById(address.slice(1));
    return target !== null && target.classList.contains('modal');
  }

  function places(modal) {
    return [].filter.call(modal.querySelectorAll(focusable), function (element) { return element.offsetParent !== null; });
  }

  function enter() {
    var modal = current();
    if (!modal) {
      if (opener && d.contains(opener)) opener.focus();
      opener = null;
      return;
    }
    var first = modal.querySelector('[data-first]') || places(modal)[0];
    if (first) first.focus();
    if (modal.scrollTop) modal.scrollTop = 0;
  }

  d.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && !current()) opener = leadsToDialog(link.getAttribute('href')) ? link : null;
  });

  d.addEventListener('keydown', function (event) {
    var modal = current();
    if (!modal) return;
    if (event.key === 'Escape') {
      var back = modal.querySelector('[data-back]');
      if (back) { event.preventDefault(); back.click(); }
      return;
    }
    if (event.key !== 'Tab') return;
    var list = places(modal), first = list[0], last = list[list.length - 1];
    if (!list.length) { event.preventDefault(); return; }
    if (!modal.contains(d.activeElement)) { event.preventDefault(); first.focus(); return; }
    if (event.shiftKey && d.activeElement === first) { event.preventDefault(); last.focus(); }
    if (!event.shiftKey && d.activeElement === last) { event.preventDefault(); first.focus(); }
  });

  window.addEventListener('hashchange', enter);
  enter();
})();
