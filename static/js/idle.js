// A screen nobody touches is covered when its session locks, so that nothing of a patient stays to be read; what was typed stays
// behind the cover. The lock itself is the server's: this only hides what the page already shows.
(function () {
  'use strict';
  var d = document, root = d.documentElement, words = d.getElementById('idle');
  if (!words) return;
  var limit = Number(words.getAttribute('data-seconds')) * 1000, check = words.getAttribute('data-check');
  var KEY = 'seen', noted = 0, cover = null;

  // Every tab of this browser writes when somebody was there; without storage each tab counts for itself.
  function note() {
    var now = Date.now();
    if (cover || now - noted < 5000) return;
    noted = now;
    try { localStorage.setItem(KEY, String(now)); } catch (error) { /* private window */ }
  }

  function last() {
    var other = 0;
    try { other = Number(localStorage.getItem(KEY)) || 0; } catch (error) { /* private window */ }
    return Math.max(noted, Math.min(other, Date.now()));
  }

  function changed() {
    return Array.prototype.some.call(d.querySelectorAll('main input:not([type=hidden]), main textarea'), function (field) {
      return field.type === 'checkbox' || field.type === 'radio' ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
    });
  }

  function hide() {
    cover = d.createElement('div');
    cover.className = 'idle-cover';
    cover.appendChild(words.content.cloneNode(true));
    var link = cover.querySelector('a');
    if (changed()) { link.target = '_blank'; link.rel = 'noopener'; }
    root.classList.add('idle');
    d.body.appendChild(cover);
    d.title = words.getAttribute('data-title');
    link.focus();
  }

  // Unlocked in another tab: the forms here get the new token, and everything is as it was.
  function look() {
    if (!cover) return;
    fetch(check, { redirect: 'manual', credentials: 'same-origin' }).then(function (answer) {
      return answer.ok ? answer.text() : '';
    }).then(function (text) {
      var token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(text);
      if (!token || !cover) return;
      d.querySelectorAll('input[name=csrfmiddlewaretoken]').forEach(function (field) { field.value = token[1]; });
      cover.remove();
      cover = null;
      noted = 0;
      note();
      root.classList.remove('idle');
      d.title = title;
    }, function () { /* no network: it stays covered */ });
  }

  var title = d.title;
  ['keydown', 'pointerdown', 'wheel', 'touchstart', 'htmx:afterRequest'].forEach(function (event) {
    d.addEventListener(event, note, { passive: true });
  });
  window.addEventListener('focus', look);
  d.addEventListener('visibilitychange', function () { if (!d.hidden) look(); });
  note();
  setInterval(function () { if (!cover && Date.now() - last() >= limit) hide(); }, Math.min(limit / 4, 5000));
})();
