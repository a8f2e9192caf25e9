// The half-day calendar: one tab stop, the arrow keys move inside, Home and End go to the ends of a row.
(function () {
  'use strict';
  var steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function rows(grid) {
    return [].map.call(grid.querySelectorAll('tbody tr'), function (row) {
      return [].map.call(row.querySelectorAll('td'), function (cell) { return cell.querySelector('a.cell'); });
    });
  }

  // Sideways the next one of the row; up and down the nearest one of the next row that has any, so that every one is reached.
  function next(table, y, x, step) {
    var to = null;
    while (!to && step[1] && x + step[1] >= 0 && x + step[1] < table[y].length) to = table[y][x += step[1]];
    while (!to && step[0] && table[y + step[0]]) to = nearest(table[y += step[0]], x);
    return to;
  }

  function nearest(row, x) {
    var to = row[x];
    for (var away = 1; !to && away < row.length; away++) to = row[x - away] || row[x + away];
    return to || null;
  }

  function edge(row, key) {
    var cells = row.filter(Boolean);
    return key === 'Home' ? cells[0] : cells[cells.length - 1];
  }

  // Whoever chose by keyboard goes on where she was: the chosen half-day of the page that follows has the focus.
  function remember(event) {
    var chose = event.key === 'Enter' && event.target.closest('a.cell, a.band');
    try {
      if (chose) sessionStorage.setItem('by-key', '1');
      else if (event.type === 'pointerdown') sessionStorage.removeItem('by-key');
    } catch (error) { /* private window */ }
  }

  function goOn(cell) {
    try {
      if (!sessionStorage.getItem('by-key') || document.querySelector('.modal.open, .modal:target')) return;
      sessionStorage.removeItem('by-key');
    } catch (error) { return; }
    if (cell && !document.querySelector('[data-focus]')) cell.focus();
  }

  document.addEventListener('keydown', remember);
  document.addEventListener('pointerdown', remember);
  document.querySelectorAll('[data-grid]').forEach(function (grid) {
    var cells = [].slice.call(grid.querySelectorAll('a.cell'));
    var chosen = grid.querySelector('a.cell[aria-current]'), start = chosen || cells[0];
    cells.forEach(function (cell) { cell.tabIndex = cell === start ? 0 : -1; });
    goOn(chosen);

    grid.addEventListener('keydown', function (event) {
      var table = rows(grid);
      for (var y = 0; y < table.length; y++) {
        var x = table[y].indexOf(event.target);
        if (x < 0) continue;
        var step = steps[event.key], to = null;
        if (step) to = next(table, y, x, step);
        else if (event.key === 'Home' || event.key === 'End') to = edge(table[y], event.key);
        if (!to) return;
        event.preventDefault();
        event.target.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
        return;
      }
    });
  });
})();
