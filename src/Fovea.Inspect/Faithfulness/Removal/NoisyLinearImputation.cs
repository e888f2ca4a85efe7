namespace Fovea.Inspect;

/// <summary>
/// Fills removed pixels so that the shape of what was removed can hardly be seen: each is the weighted mean of its eight neighbours (1/6 beside, 1/12 across a
/// corner, those outside of the picture left out), removed ones among them, all at once; and a little noise. Rong et al., "A consistent and efficient
/// evaluation strategy for attribution methods" (ROAD), 2022.
/// </summary>
/// <remarks>The linear system is symmetric and positive definite; conjugate gradients solve it in double precision, in an order of its own.</remarks>
internal static class NoisyLinearImputation
{
    private const double Beside = 1.0 / 6, Across = 1.0 / 12;
    private const double Tolerance = 1e-7;

    private static readonly (int Dy, int Dx, double Weight)[] s_neighbours =
    [
        (-1, -1, Across), (-1, 0, Beside), (-1, 1, Across), (0, -1, Beside), (0, 1, Beside), (1, -1, Across), (1, 0, Beside), (1, 1, Across),
    ];

    /// <summary>Fills a picture in place.</summary>
    /// <param name="pixels">[C, H, W].</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="removed">[H · W], which pixels to fill; where all are, they become the channel's mean.</param>
    /// <param name="noise">Deviation of the noise, at least 0.</param>
    /// <param name="random">What the noise is drawn from: one number for each value of the picture, removed or not.</param>
    public static void Fill(Span<float> pixels, int channels, int height, int width, ReadOnlySpan<bool> removed, double noise, Generator random)
    {
        var system = new Equations(height, width, removed);
        for (int c = 0; c < channels; c++)
        {
            Span<float> plane = pixels.Slice(c * height * width, height * width);
            double[] solved = system.Solve(plane);
            for (int i = 0; i < plane.Length; i++)
            {
                double drawn = noise == 0 ? 0 : noise * random.NextNormal();
                if (removed[i])
                {
                    plane[i] = (float)(solved[system.Unknown[i]] + drawn);
                }
            }
        }
    }

    /// <summary>The equations of one set of removed pixels: <c>(Σ w) x_i − Σ w x_removed = Σ w x_kept</c>.</summary>
    private sealed class Equations
    {
        private readonly int[] _places;
        private readonly double[] _diagonal;
        private readonly int[] _others;
        private readonly int[] _kept;

        public Equations(int height, int width, ReadOnlySpan<bool> removed)
        {
            Unknown = new int[height * width];
            var places = new List<int>();
            for (int i = 0; i < removed.Length; i++)
            {
                Unknown[i] = removed[i] ? places.Count : -1;
                if (removed[i])
                {
                    places.Add(i);
                }
            }

            _places = [.. places];
            _diagonal = new double[_places.Length];
            _others = new int[_places.Length * 8];
            _kept = new int[_places.Length * 8];
            Array.Fill(_others, -1);
            Array.Fill(_kept, -1);
            for (int i = 0; i < _places.Length; i++)
            {
                (int y, int x) = Math.DivRem(_places[i], width);
                for (int n = 0; n < 8; n++)
                {
                    (int dy, int dx, double weight) = s_neighbours[n];
                    if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width)
                    {
                        continue;
                    }

                    _diagonal[i] += weight;
                    int at = _places[i] + dy * width + dx;
                    (removed[at] ? _others : _kept)[8 * i + n] = removed[at] ? Unknown[at] : at;
                }
            }
        }

        /// <summary>For each pixel its number among the removed ones; −1 where it was kept.</summary>
        public int[] Unknown { get; }

        public double[] Solve(ReadOnlySpan<float> plane)
        {
            int count = _places.Length;
            double[] right = new double[count], x = new double[count], residual = new double[count], image = new double[count];
            Array.Fill(x, Mean(plane));
            double norm = 0;
            for (int i = 0; i < count; i++)
            {
                for (int n = 0; n < 8; n++)
                {
                    right[i] += _kept[8 * i + n] is >= 0 and int at ? s_neighbours[n].Weight * plane[at] : 0;
                }

                norm += right[i] * right[i];
            }

            if (count == plane.Length)
            {
                return x;
            }

            Multiply(x, image);
            double square = 0;
            for (int i = 0; i < count; i++)
            {
                residual[i] = right[i] - image[i];
                square += residual[i] * residual[i];
            }

            double[] direction = [.. residual];
            for (int step = 0; step < 4 * count && square > Tolerance * Tolerance * norm; step++)
            {
                Multiply(direction, image);
                double along = square / Dot(direction, image), before = square;
                square = 0;
                for (int i = 0; i < count; i++)
                {
                    x[i] += along * direction[i];
                    residual[i] -= along * image[i];
                    square += residual[i] * residual[i];
                }

                for (int i = 0; i < count; i++)
                {
                    direction[i] = residual[i] + (square / before * direction[i]);
                }
            }

            return x;
        }

        private static double Dot(double[] a, double[] b)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++)
            {
                sum += a[i] * b[i];
            }

            return sum;
        }

        // The best guess before anything is known: the mean of what was kept.
        private double Mean(ReadOnlySpan<float> plane)
        {
            double sum = 0;
            int kept = 0;
            for (int i = 0; i < plane.Length; i++)
            {
                if (Unknown[i] < 0 || _places.Length == plane.Length)
                {
                    sum += plane[i];
                    kept++;
                }
            }

            return sum / kept;
        }

        private void Multiply(double[] x, double[] result)
        {
            for (int i = 0; i < x.Length; i++)
            {
                double sum = _diagonal[i] * x[i];
                for (int n = 0; n < 8; n++)
                {
                    int other = _others[8 * i + n];
                    if (other >= 0)
                    {
                        sum -= s_neighbours[n].Weight * x[other];
                    }
                }

                result[i] = sum;
            }
        }
    }
}
