namespace Fovea.Onnx.Import;

/// <summary>Einsum: sums of products over the axes that letters name, two operands at a time.</summary>
internal static class EinsumOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("Einsum", [12], Einsum).WithWeights(0, 1)];

    private static Func<NodeInputs, Tensor> Einsum(NodeSetup node)
    {
        string equation = node.Attributes.Text("equation", string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != node.Inputs.Count || !sides.SelectMany(s => s).All(c => char.IsAsciiLetter(c) || c == ','))
        {
            throw new NodeRefusal($"the equation \"{equation}\" is not known; expected a term of letters for each operand");
        }

        string result = sides.Length == 2 ? sides[1] : new string([.. sides[0].Where(c => c != ',').GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order()]);
        if (terms.Append(result).Any(t => t.Distinct().Count() != t.Length) || result.Any(c => !sides[0].Contains(c, StringComparison.Ordinal)))
        {
            throw new NodeRefusal($"the equation \"{equation}\" is not known; expected each letter once in a term");
        }

        return x =>
        {
            Tensor y = x[0];
            string letters = Check(terms[0], y);
            for (int i = 1; i < terms.Length; i++)
            {
                string later = string.Concat(terms[(i + 1)..]) + result;
                (y, letters) = Pair(y, letters, x[i], Check(terms[i], x[i]), later);
            }

            return Order(SumOthers(y, ref letters, result), letters, result);
        };
    }

    private static string Check(string term, Tensor x) => term.Length == x.Rank ? term : throw new OnnxException($"expected {term.Length} axes for \"{term}\", got {x.Shape}");

    /// <summary>The product of two operands, as one of matrices: common letters that stay are the batch, those that do not are summed over.</summary>
    private static (Tensor Product, string Letters) Pair(Tensor a, string ofA, Tensor b, string ofB, string later)
    {
        a = SumOthers(a, ref ofA, ofB + later);
        b = SumOthers(b, ref ofB, ofA + later);
        string batch = new([.. ofA.Where(c => ofB.Contains(c, StringComparison.Ordinal) && later.Contains(c, StringComparison.Ordinal))]);
        string sum = new([.. ofA.Where(c => ofB.Contains(c, StringComparison.Ordinal) && !later.Contains(c, StringComparison.Ordinal))]);
        string rows = new([.. ofA.Except(ofB)]);
        string columns = new([.. ofB.Except(ofA)]);
        foreach (char c in batch + sum)
        {
            if (a.Shape[ofA.IndexOf(c, StringComparison.Ordinal)] != b.Shape[ofB.IndexOf(c, StringComparison.Ordinal)])
            {
                throw new OnnxException($"expected one length for the letter {c}, got {a.Shape} for \"{ofA}\" and {b.Shape} for \"{ofB}\"");
            }
        }

        Tensor left = Order(a, ofA, batch + rows + sum);
        Tensor right = Order(b, ofB, batch + sum + columns);
        int n = batch.Length;
        (Shape l, Shape r) = (left.Shape, right.Shape);
        Tensor product = left.Reshape(l.Product(0, n), l.Product(n, n + rows.Length), l.Product(n + rows.Length, l.Rank))
            .MatMul(right.Reshape(r.Product(0, n), r.Product(n, n + sum.Length), r.Product(n + sum.Length, r.Rank)));
        return (product.Reshape([.. l.Lengths[..(n + rows.Length)], .. r.Lengths[(n + sum.Length)..]]), batch + rows + columns);
    }

    private static Tensor SumOthers(Tensor x, ref string letters, string kept)
    {
        int[] axes = [.. Enumerable.Range(0, letters.Length).Where(LetterGoes(letters, kept))];
        letters = new string([.. letters.Where(c => kept.Contains(c, StringComparison.Ordinal))]);
        return axes.Length == 0 ? x : x.Sum(axes);
    }

    private static Func<int, bool> LetterGoes(string letters, string kept) => i => !kept.Contains(letters[i], StringComparison.Ordinal);

    private static Tensor Order(Tensor x, string letters, string wanted) =>
        letters == wanted ? x : x.Permute([.. wanted.Select(c => letters.IndexOf(c, StringComparison.Ordinal))]);
}
