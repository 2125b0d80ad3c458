for (const table of document.querySelectorAll('table')) {
  const body = table.tBodies[0]
  const filter = document.createElement('input')
  filter.type = 'search'
  filter.placeholder = filter.ariaLabel = 'Filter the rows'
  filter.addEventListener('input', () => {
    const text = filter.value.toLowerCase()
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(text)
  })
  table.parentElement.before(filter)
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement('button')
    button.textContent = head.textContent
    head.replaceChildren(button)
    let turn = 1
    button.addEventListener('click', () => {
      const text = row => row.cells[column].textContent.trim()
      const rows = [...body.rows].sort((a, b) => turn * text(a).localeCompare(text(b), undefined, { numeric: true }))
      head.ariaSort = turn > 0 ? 'ascending' : 'descending'
      for (const other of table.tHead.rows[0].cells) if (other !== head) other.removeAttribute('aria-sort')
      turn = -turn
      body.append(...rows)
    })
  }
}
