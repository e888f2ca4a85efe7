namespace Fovea.Training;

/// <summary>
/// Averages the logits of windows where they overlap, and hands the rows of the picture on as soon as no further window reaches them: no more
/// than a band as high as a window is held.
/// </summary>
internal sealed class WindowSums
{
    private readonly int _classes;
    private readonly WindowGrid _grid;
    private readonly Action<int, Tensor> _done;
    private readonly float[] _sums;
    private readonly int[] _columnCounts;
    private readonly int[] _rowCounts;
    private int _window;

    /// <param name="classes">Classes of the logits.</param>
    /// <param name="grid">The windows, which come in its order.</param>
    /// <param name="done">Gets the number of the first row, and the logits of it and those below, [1, classes, rows, width].</param>
    public WindowSums(int classes, WindowGrid grid, Action<int, Tensor> done)
    {
        (_classes, _grid, _done) = (classes, grid, done);
        _sums = new float[checked(classes * grid.Window.Height * grid.Width)];
        _columnCounts = Counts(grid.Columns, grid.Width, grid.Window.Width);
        _rowCounts = Counts(grid.Rows, grid.Height, grid.Window.Height);
    }

    /// <summary>Whether all windows have come.</summary>
    public bool IsComplete => _window == _grid.Count;

    /// <summary>Takes the next window.</summary>
    /// <param name="logits">[classes, height, width] of a window.</param>
    public void Add(ReadOnlySpan<float> logits)
    {
        (int high, int wide) = (_grid.Window.Height, _grid.Window.Width);
        int width = _grid.Width;
        int x = _grid.At(_window).X;
        for (int c = 0; c < _classes; c++)
        {
            for (int y = 0; y < high; y++)
            {
                Span<float> into = _sums.AsSpan((((c * high) + y) * width) + x, wide);
                System.Numerics.Tensors.TensorPrimitives.Add(into, logits.Slice(((c * high) + y) * wide, wide), into);
            }
        }

        _window++;
        if (_window % _grid.Columns.Count == 0)
        {
            int row = (_window / _grid.Columns.Count) - 1;
            int first = _grid.Rows[row];
            int end = row + 1 < _grid.Rows.Count ? _grid.Rows[row + 1] : first + high;
            HandOn(first, end - first);
        }
    }

    private static int[] Counts(IReadOnlyList<int> starts, int length, int side)
    {
        int[] counts = new int[length];
        foreach (int start in starts)
        {
            for (int i = start; i < start + side; i++)
            {
                counts[i]++;
            }
        }

        return counts;
    }

    // The band begins at the window's first row; what stays moves up.
    private void HandOn(int first, int rows)
    {
        int high = _grid.Window.Height, width = _grid.Width;
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Tensor.Empty([1, _classes, rows, width]);
        Span<float> values = logits.AsSpan<float>();
        for (int c = 0; c < _classes; c++)
        {
            Span<float> band = _sums.AsSpan(c * high * width, high * width);
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    values[(((c * rows) + y) * width) + x] = band[(y * width) + x] / (_rowCounts[first + y] * _columnCounts[x]);
                }
            }

            band[(rows * width)..].CopyTo(band);
            band[((high - rows) * width)..].Clear();
        }

        _done(first, logits);
    }
}
