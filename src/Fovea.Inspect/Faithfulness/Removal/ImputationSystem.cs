using System.Numerics;
using System.Numerics.Tensors;

namespace Fovea.Inspect;

/// <summary>
/// The linear system of one set of removed pixels, <c>(Σ w) x_i − Σ w x_removed = Σ w x_kept</c> over the eight neighbours of each, built once and solved for each
/// channel.
/// </summary>
/// <remarks>
/// It is symmetric and positive definite; conjugate gradients solve it in double precision. The unknowns stay where they lie in the picture, in a frame of zeros, and
/// what is no unknown has a coefficient of 0: neighbours then are shifts of the whole picture, a vector of cells at a time, and no list of them is walked. One thread
/// solves a system, so that the result does not depend on how many there are.
/// </remarks>
internal sealed class ImputationSystem
{
    private const double Beside = 1.0 / 6, Across = 1.0 / 12;
    private const double Tolerance = 1e-7;

    private readonly int _width;
    private readonly int _stride;
    private readonly int _first;
    private readonly int _end;
    private readonly int _removed;
    private readonly int _pixels;
    private readonly double[] _unknown;
    private readonly double[] _diagonal;
    private readonly double[] _kept;
    private readonly double[] _right;
    private readonly double[] _x;
    private readonly double[] _residual;
    private readonly double[] _direction;
    private readonly double[] _image;

    /// <summary>Builds it.</summary>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="removed">[H · W], which pixels are unknown.</param>
    public ImputationSystem(int height, int width, ReadOnlySpan<bool> removed)
    {
        // One column of the frame parts two rows: the right neighbour of a row's end and the left one of the next row's beginning.
        (_width, _stride, _pixels) = (width, width + 1, height * width);
        (_first, _end) = (_stride + 1, (height + 1) * _stride + 1);
        int length = _end + _stride + Vector<double>.Count + 1;
        (_unknown, _diagonal, _kept, _right) = (new double[length], new double[length], new double[length], new double[length]);
        (_x, _residual, _direction, _image) = (new double[length], new double[length], new double[length], new double[length]);
        for (int i = 0; i < removed.Length; i++)
        {
            if (removed[i])
            {
                (int y, int x) = Math.DivRem(i, width);
                int rows = 1 + (y > 0 ? 1 : 0) + (y + 1 < height ? 1 : 0), columns = 1 + (x > 0 ? 1 : 0) + (x + 1 < width ? 1 : 0);
                _unknown[Cell(i)] = 1;
                _diagonal[Cell(i)] = ((rows - 1 + columns - 1) * Beside) + ((rows - 1) * (columns - 1) * Across);
                _removed++;
            }
        }
    }

    /// <summary>Where a pixel lies in a solution.</summary>
    public int Cell(int pixel) => _first + (pixel / _width * _stride) + (pixel % _width);

    /// <summary>Solves it for a channel.</summary>
    /// <param name="plane">[H · W]; what is removed of it is not looked at, unless all is.</param>
    /// <returns>What the unknown pixels are, each at its <see cref="Cell"/>; good until the next call.</returns>
    public ReadOnlySpan<double> Solve(ReadOnlySpan<float> plane)
    {
        // The best guess before anything is known: the mean of what was kept.
        bool all = _removed == _pixels;
        double sum = 0;
        for (int i = 0; i < plane.Length; i++)
        {
            int cell = Cell(i);
            _kept[cell] = _unknown[cell] == 0 ? plane[i] : 0;
            sum += all ? plane[i] : _kept[cell];
        }

        TensorPrimitives.Multiply<double>(_unknown, sum / (all ? _pixels : _pixels - _removed), _x);
        if (all)
        {
            return _x;
        }

        // Where nothing is unknown, what a kept pixel gives is −Σ w x_kept: the right side with its sign turned.
        Multiply(_kept, _right);
        Multiply(_x, _image);
        TensorPrimitives.Add<double>(_right, _image, _residual);
        TensorPrimitives.Negate<double>(_residual, _residual);
        _residual.CopyTo(_direction, 0);
        double square = TensorPrimitives.SumOfSquares<double>(_residual), enough = Tolerance * Tolerance * TensorPrimitives.SumOfSquares<double>(_right);
        for (int step = 0; step < 4 * _removed && square > enough; step++)
        {
            Multiply(_direction, _image);
            double along = square / TensorPrimitives.Dot<double>(_direction, _image), before = square;
            TensorPrimitives.MultiplyAdd<double>(_direction, along, _x, _x);
            TensorPrimitives.MultiplyAdd<double>(_image, -along, _residual, _residual);
            square = TensorPrimitives.SumOfSquares<double>(_residual);
            TensorPrimitives.MultiplyAdd<double>(_direction, square / before, _residual, _direction);
        }

        return _x;
    }

    // The frame's cells have coefficients of 0: running on over them from row to row needs no end of a row.
    private void Multiply(double[] x, double[] result)
    {
        for (int i = _first; i < _end; i += Vector<double>.Count)
        {
            int above = i - _stride, below = i + _stride;
            Vector<double> beside = (At(x, above) + At(x, below)) + (At(x, i - 1) + At(x, i + 1));
            Vector<double> across = (At(x, above - 1) + At(x, above + 1)) + (At(x, below - 1) + At(x, below + 1));
            ((At(_diagonal, i) * At(x, i)) - (At(_unknown, i) * ((beside * Beside) + (across * Across)))).CopyTo(result, i);
        }
    }

    private static Vector<double> At(double[] values, int index) => new(values, index);
}
