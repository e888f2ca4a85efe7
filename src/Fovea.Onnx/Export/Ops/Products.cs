namespace Fovea.Onnx.Export.Ops;

/// <summary>Matrix products.</summary>
internal static class Products
{
    public static IEnumerable<(string Op, Action<Translation> Translate)> All => [("linear", Layer), ("matmul", MatMul)];

    // The weight stays as the state dict has it, [out, in]: runtimes fold its transpose.
    private static void Layer(Translation t)
    {
        if (t.Rank == 2)
        {
            t.Give("Gemm", t.All(), ("transB", 1));
            return;
        }

        string[] product = [t.In(0), t.Add("Transpose", [t.In(1)], ("perm", new long[] { 1, 0 }))];
        if (t.Count > 2)
        {
            t.Give("Add", [t.Add("MatMul", product), t.In(2)]);
        }
        else
        {
            t.Give("MatMul", product);
        }
    }

    private static void MatMul(Translation t) =>
        t.Give("MatMul", [Operand(t, 0, t.Flag("transpose_a")), Operand(t, 1, t.Flag("transpose_b"))]);

    private static string Operand(Translation t, int input, bool transposed)
    {
        if (!transposed)
        {
            return t.In(input);
        }

        int rank = t.Spec(input).Shape.Rank;
        long[] order = [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2];
        return t.Add("Transpose", [t.In(input)], ("perm", order));
    }
}
