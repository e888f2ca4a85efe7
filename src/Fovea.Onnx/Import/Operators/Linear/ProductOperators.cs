namespace Fovea.Onnx.Import;

/// <summary>MatMul and Gemm.</summary>
internal static class ProductOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("MatMul", [1, 9, 13], _ => static x => Product(x[0], x[1])).WithWeights(0, 1),
        Operator.Of("Gemm", [6, 7, 9, 11, 13], Gemm).WithWeights(0, 1, 2),
    ];

    /// <summary>NumPy's matrix product: vectors are a row at the left and a column at the right.</summary>
    public static Tensor Product(Tensor a, Tensor b)
    {
        if (a.Rank == 0 || b.Rank == 0)
        {
            throw new OnnxException($"expected operands of at least one axis, got {a.Shape} and {b.Shape}");
        }

        if (a.Rank == 1)
        {
            Tensor row = Product(a.Unsqueeze(0), b);
            return b.Rank == 1 ? row.Reshape() : row.Reshape(row.Shape.Without(row.Rank - 2).Lengths);
        }

        if (b.Rank == 1)
        {
            Tensor column = Product(a, b.Unsqueeze(1));
            return column.Reshape(column.Shape.Lengths[..^1]);
        }

        if (a.Rank == 2 || b.Rank > 2)
        {
            return Numbers.Binary(a, b, static (m, n) => m.MatMul(n));
        }

        // One product of all rows instead of one for each sample.
        Tensor rows = a.Reshape(a.Shape.Product(0, a.Rank - 1), a.Shape[-1]);
        return Numbers.Binary(rows, b, static (m, n) => m.MatMul(n)).Reshape([.. a.Shape.Lengths[..^1], b.Shape[1]]);
    }

    private static Func<NodeInputs, Tensor> Gemm(NodeSetup node)
    {
        double alpha = node.Attributes.Float("alpha", 1);
        double beta = node.Attributes.Float("beta", 1);
        bool transA = node.Attributes.Flag("transA");
        bool transB = node.Attributes.Flag("transB");
        bool broadcasts = node.Opset >= 7 || node.Attributes.Flag("broadcast");
        return inputs =>
        {
            (Tensor a, Tensor b, Tensor? c) = (inputs[0], inputs[1], inputs.Optional(2));
            if (a.Rank != 2 || b.Rank != 2)
            {
                throw new OnnxException($"expected two matrices, got {a.Shape} and {b.Shape}");
            }

            if (transB && !transA && alpha == 1 && beta == 1 && broadcasts && (c is null || c.Shape == [b.Shape[0]]) && a.DType.IsFloating())
            {
                return a.Linear(b, c);
            }

            Tensor y = a.MatMul(b, transA, transB);
            y = alpha == 1 ? y : y * alpha;
            if (c is null)
            {
                return y;
            }

            Tensor sum = y + (beta == 1 ? c : c * beta);
            return sum.Shape == y.Shape && (broadcasts || c.Shape == y.Shape)
                ? sum
                : throw new OnnxException($"expected a summand that broadcasts to {y.Shape}, got {c.Shape}");
        };
    }
}
