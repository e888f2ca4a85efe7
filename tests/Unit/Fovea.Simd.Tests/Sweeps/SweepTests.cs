using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Tests.Sweeps;

/// <summary>
/// The three loops beside plain sums in double, on vectors of every width: the wide ones run in software where the machine has no such
/// registers. One plane is shorter than a vector, one ends within one, one fills whole vectors; channels leave every remainder of four.
/// </summary>
public sealed unsafe class SweepTests
{
    private static readonly (int Images, int Channels, int Height, int Width)[] s_shapes =
        [(1, 1, 1, 1), (2, 3, 2, 3), (1, 5, 7, 5), (2, 6, 5, 17), (1, 7, 4, 28), (1, 4, 6, 24), (1, 70, 3, 20), (1, 2, 33, 130)];

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            foreach (int bits in new[] { 0, 128, 256, 512 })
            {
                for (int shape = 0; shape < s_shapes.Length; shape++)
                {
                    cases.Add(bits, shape);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_loop_gives_what_plain_sums_give(int bits, int shape)
    {
        (int n, int c, int h, int w) = s_shapes[shape];
        var maps = new Maps(n, c, h, w);
        switch (bits)
        {
            case 512:
                Check<Vec512<float>>(maps);
                break;
            case 256:
                Check<Vec256<float>>(maps);
                break;
            case 128:
                Check<Vec128<float>>(maps);
                break;
            default:
                Check<VecScalar<float>>(maps);
                break;
        }
    }

    [Theory]
    [InlineData(16, 8, 1)]
    [InlineData(28, 8, 2)]
    [InlineData(14, 8, 4)]
    [InlineData(14, 4, 2)]
    [InlineData(17, 8, 1)]
    [InlineData(5, 8, 1)]
    [InlineData(28, 16, 4)]
    [InlineData(1000, 16, 1)]
    public void Rows_go_together_where_few_of_them_fill_whole_vectors(int width, int vector, int rows) =>
        Assert.Equal(rows, RowGroups.Together(width, vector));

    [Fact]
    public void Bits_and_joins_do_not_depend_on_threads()
    {
        var maps = new Maps(2, 70, 60, 50);
        int threads = ParallelPool.Threads;
        try
        {
            float[][]? first = null;
            foreach (int count in new[] { 1, 2, 3 })
            {
                ParallelPool.Threads = count;
                float[] y = new float[maps.X.Length], planes = new float[140], positions = new float[6000];
                fixed (float* x = maps.X, g = maps.G, a = maps.A, p = maps.P, yAt = y, planesAt = planes, positionsAt = positions)
                {
                    var sweep = new Sweep<float>(SweepTiles.SlicesAndStrips(2, 70, 3000))
                    {
                        X = x,
                        G = g,
                        A = a,
                        P = p,
                        Y = yAt,
                        Planes = planesAt,
                        Positions = positionsAt,
                    };
                    Assert.True(sweep.Tiles is { Slices: > 1, Strips: > 1 });
                    sweep.Write<SumsOfProducts>(streaming: false);
                }

                first ??= [y, planes, positions];
                Assert.Equal(first[0], y);
                Assert.Equal(first[1], planes);
                Assert.Equal(first[2], positions);
            }
        }
        finally
        {
            ParallelPool.Threads = threads;
        }
    }

    private static void Check<V>(Maps m)
        where V : struct, IVector<V, float>
    {
        float[] y = new float[m.X.Length], rows = new float[m.Rows.Length], columns = new float[m.Columns.Length];
        float[] planes = new float[m.A.Length], positions = new float[m.P.Length], tops = new float[m.P.Length], places = new float[m.P.Length];
        fixed (float* x = m.X, g = m.G, a = m.A, p = m.P, row = m.Rows, column = m.Columns, yAt = y, rowsAt = rows, columnsAt = columns)
        fixed (float* planesAt = planes, positionsAt = positions, topsAt = tops, placesAt = places)
        {
            int size = m.Height * m.Width;
            var whole = new Sweep<float>(SweepTiles.SlicesOfPlanes(m.Images, m.Channels, size, m.Channels))
            {
                X = x,
                G = g,
                A = a,
                P = p,
                Row = row,
                Column = column,
                Width = m.Width,
                Y = yAt,
                Residual = g,
                Floor = 0,
                Planes = planesAt,
                Positions = positionsAt,
                PositionTops = topsAt,
                Places = placesAt,
                Rows = rowsAt,
                Columns = columnsAt,
            };
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                PlaneLoop<Scaled, CachedStore, WithResidual, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            Same(y, m.Map((i, at) => Math.Max(0, (m.X[i] * m.A[at.Plane] * m.P[at.Position]) + m.G[i])));
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                PlaneLoop<PlaneTotals, NoStore, NoEpilogue, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            Same(planes, m.Sum(m.A.Length, at => at.Plane, i => 1 + m.X[i]));
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                RowLoop<Crossed, CachedStore, NoEpilogue, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            Same(y, m.Map((i, at) => m.X[i] * ((m.Rows[at.Row] * m.Columns[at.Column]) + m.P[at.Position])));
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                RowLoop<CrossedSums, CachedStore, NoEpilogue, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            Same(rows, m.Sum(m.Rows.Length, at => at.Row, i => 1 + m.X[i]));
            Same(columns, m.Sum(m.Columns.Length, at => at.Column, i => 1 + m.X[i]));
            Same(positions, m.Sum(m.P.Length, at => at.Position, i => 1 + m.X[i]));
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                ChannelLoop<SumsOfProducts, CachedStore, NoEpilogue, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            Same(y, m.Map((i, at) => m.G[i] * m.A[at.Plane] * m.P[at.Position]));
            Same(planes, m.Sum(m.A.Length, at => at.Plane, i => 1 + (m.X[i] * m.G[i])));
            Same(positions, m.Sum(m.P.Length, at => at.Position, i => m.X[i] * m.G[i]));
            for (int piece = 0; piece < whole.Tiles.Pieces; piece++)
            {
                ChannelLoop<Tops, NoStore, NoEpilogue, V, float>.Run(whole, whole.Tiles.Tile(piece));
            }

            double[] best = m.Sum(m.P.Length, at => at.Position, _ => 0);
            double[] where = new double[best.Length];
            Array.Fill(best, double.NegativeInfinity);
            m.Each((i, at) =>
            {
                if (m.X[i] > best[at.Position])
                {
                    (best[at.Position], where[at.Position]) = (m.X[i], at.Plane % m.Channels);
                }
            });
            Same(tops, best);
            Same(places, where);
        }
    }

    // Sums of at most some thousand numbers near 1 in float32, in another order.
    private static void Same(float[] got, double[] expected)
    {
        for (int i = 0; i < got.Length; i++)
        {
            Assert.True(Math.Abs(got[i] - expected[i]) <= 2e-5 * (1 + Math.Abs(expected[i])), $"number {i}: expected {expected[i]}, got {got[i]}");
        }
    }

    private readonly struct Scaled : IReadsX, IReadsA, IReadsP
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * (o.A * o.P);
    }

    // What is added to a sum at lanes past the end is not 0 here: the loops themselves must leave it out.
    private readonly struct PlaneTotals : IReadsX, ISumsPlanes
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => s.Plane += o.X + V.Broadcast(T.One);
    }

    private readonly struct Crossed : IReadsX, IReadsRow, IReadsColumn, IReadsP
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * V.MultiplyAdd(o.Row, o.Column, o.P);
    }

    private readonly struct CrossedSums : IReadsX, ISumsRows, ISumsColumns, ISumsPositions
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V value = o.X + V.Broadcast(T.One);
            s.Row += value;
            s.Column += value;
            s.Position += value;
            return value;
        }
    }

    private readonly struct SumsOfProducts : IReadsX, IReadsG, IReadsA, IReadsP, ISumsPlanes, ISumsPositions
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V product = o.X * o.G;
            s.Plane += product + V.Broadcast(T.One);
            s.Position += product;
            return o.G * (o.A * o.P);
        }
    }

    private readonly struct Tops : IReadsX, IReadsIndex, ISumsPositions, ISumsPositionTops, ISumsPlaces
    {
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            s.Place = V.Select(V.GreaterThan(o.X, s.PositionTop), o.Index, s.Place);
            s.PositionTop = V.MaxFast(s.PositionTop, o.X);
            return o.X;
        }
    }

    /// <summary>Numbers on every axis, and the places of each.</summary>
    private sealed class Maps(int n, int c, int h, int w)
    {
        public int Images => n;

        public int Channels => c;

        public int Height => h;

        public int Width => w;

        public float[] X { get; } = Numbers(n * c * h * w, 1);

        public float[] G { get; } = Numbers(n * c * h * w, 2);

        public float[] A { get; } = Numbers(n * c, 3);

        public float[] P { get; } = Numbers(n * h * w, 4);

        public float[] Rows { get; } = Numbers(n * c * h, 5);

        public float[] Columns { get; } = Numbers(n * c * w, 6);

        public void Each(Action<int, (int Plane, int Position, int Row, int Column)> action)
        {
            for (int i = 0; i < X.Length; i++)
            {
                (int plane, int inPlane) = Math.DivRem(i, h * w);
                (int row, int column) = Math.DivRem(inPlane, w);
                action(i, (plane, (plane / c * h * w) + inPlane, (plane * h) + row, (plane * w) + column));
            }
        }

        public double[] Map(Func<int, (int Plane, int Position, int Row, int Column), double> function)
        {
            var to = new double[X.Length];
            Each((i, at) => to[i] = function(i, at));
            return to;
        }

        public double[] Sum(int length, Func<(int Plane, int Position, int Row, int Column), int> place, Func<int, double> value)
        {
            var to = new double[length];
            Each((i, at) => to[place(at)] += value(i));
            return to;
        }

        private static float[] Numbers(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        }
    }
}
