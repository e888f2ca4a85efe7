namespace Fovea.Training;

/// <summary>
/// Embeddings that others are compared with, by cosine: <c>a · b / (‖a‖ ‖b‖)</c>. It keeps a float for each of their numbers, and while it searches as
/// many again for a few hundred of them.
/// </summary>
internal sealed class EmbeddingSearch
{
    // A product of this size keeps the kernels busy and takes little beside what is searched.
    private const int Rows = 1024;
    private const int Asked = 64;
    private const double LeastLength = 1e-12;
    private readonly List<float[]> _rows = [];

    /// <summary>How many there are.</summary>
    public int Count => _rows.Count;

    /// <summary>An embedding with the length 1.</summary>
    public float[] this[int index] => _rows[index];

    /// <summary>Adds the rows of a batch, [N, D], each brought to the length 1.</summary>
    public void Add(Tensor embeddings)
    {
        int length = embeddings.Shape[1];
        float[] all = embeddings.DType == DType.Float32 ? embeddings.ToArray<float>() : Array.ConvertAll(embeddings.ToArray<double>(), static v => (float)v);
        for (int start = 0; start < all.Length; start += length)
        {
            float[] row = all[start..(start + length)];
            double norm = Math.Max(LeastLength, Math.Sqrt(row.Sum(static v => (double)v * v)));
            _rows.Add(Array.ConvertAll(row, v => (float)(v / norm)));
        }
    }

    /// <summary>Some of these, sharing their memory.</summary>
    /// <param name="indices">Which.</param>
    public EmbeddingSearch Only(IEnumerable<int> indices)
    {
        var some = new EmbeddingSearch();
        some._rows.AddRange(indices.Select(i => _rows[i]));
        return some;
    }

    /// <summary>Compares embeddings of length 1 with all of these.</summary>
    /// <param name="asked">The embeddings.</param>
    /// <param name="answer">Is told the number of each and how like it every one is; called from several threads, and the numbers are its to keep.</param>
    public void Search(IReadOnlyList<float[]> asked, Action<int, float[]> answer)
    {
        for (int first = 0; first < asked.Count; first += Asked)
        {
            float[][] block = [.. Enumerable.Range(first, Math.Min(Asked, asked.Count - first)).Select(i => asked[i])];
            float[][] found = [.. block.Select(_ => new float[Count])];
            using (TensorScope scope = TensorScope.Begin())
            using (GradMode.NoGrad())
            {
                Tensor queries = Matrix(block);
                for (int start = 0; start < Count; start += Rows)
                {
                    int rows = Math.Min(Rows, Count - start);
                    using TensorScope part = TensorScope.Begin();
                    ReadOnlySpan<float> products = queries.MatMul(Matrix(_rows.GetRange(start, rows)), transposeB: true).AsSpan<float>();
                    for (int q = 0; q < block.Length; q++)
                    {
                        products.Slice(q * rows, rows).CopyTo(found[q].AsSpan(start));
                    }
                }
            }

            Parallel.For(0, block.Length, q => answer(first + q, found[q]));
        }
    }

    /// <summary>Numbers in order of similarity, the most alike first, and of those that are equally alike the first one; NaN comes last.</summary>
    public static int[] Ranked(ReadOnlySpan<float> similarity)
    {
        ulong[] keys = new ulong[similarity.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            // Bits of floats in the order of the numbers, turned round; −0 is 0.
            uint bits = BitConverter.SingleToUInt32Bits(float.IsNaN(similarity[i]) ? float.NegativeInfinity : similarity[i] + 0f);
            bits = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
            keys[i] = ((ulong)~bits << 32) | (uint)i;
        }

        Array.Sort(keys);
        return Array.ConvertAll(keys, static k => (int)(uint)k);
    }

    private static Tensor Matrix(IReadOnlyList<float[]> rows)
    {
        int length = rows[0].Length;
        Tensor matrix = Tensor.Empty([rows.Count, length]);
        Span<float> values = matrix.AsSpan<float>();
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].CopyTo(values.Slice(i * length, length));
        }

        return matrix;
    }
}
