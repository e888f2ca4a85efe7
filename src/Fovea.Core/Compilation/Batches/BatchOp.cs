namespace Fovea.Compilation;

/// <summary>An op for any batch: itself, or the one that <see cref="Op.With"/> makes of attributes that follow from the batch.</summary>
internal sealed class BatchOp
{
    private readonly Op _op;
    private readonly (string Name, BatchLine[] Numbers)[]? _lines;

    private BatchOp(Op op, (string, BatchLine[])[]? lines) => (_op, _lines) = (op, lines);

    /// <summary>An op whose attributes do not depend on the batch.</summary>
    public static BatchOp Of(Op op) => new(op, null);

    /// <summary>The op that stands at one place of traces with different batches; null when nothing says how it depends on them.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="ops">The op of each trace.</param>
    /// <param name="reason">Why there is none; empty when there is one.</param>
    public static BatchOp? Match(int[] batches, Op[] ops, out string reason)
    {
        reason = string.Empty;
        if (Array.TrueForAll(ops, o => o == ops[0]))
        {
            return Of(ops[0]);
        }

        OpAttributes[] all = [.. ops.Select(o => o.Attributes).OfType<OpAttributes>()];
        if (all.Length < ops.Length)
        {
            reason = "it does not say its Attributes";
            return null;
        }

        if (Array.TrueForAll(all, a => a.Equals(all[0])))
        {
            return Of(ops[0]);
        }

        var lines = new (string, BatchLine[])[all[0].Count];
        for (int i = 0; i < lines.Length; i++)
        {
            if (Lines(batches, [.. all.Select(a => a[i])]) is not { } found)
            {
                reason = $"{Seen(batches, all, i)} does not grow evenly with the batch";
                return null;
            }

            lines[i] = (all[0][i].Name, found);
        }

        var op = new BatchOp(ops[0], lines);
        if (ops[0].With(all[0]) is null)
        {
            int changed = Enumerable.Range(0, lines.Length).First(i => !all[0][i].Equals(all[1][i]));
            reason = $"{Seen(batches, all, changed)} is no size that may grow with the batch";
            return null;
        }

        return op;
    }

    /// <summary>The op for a batch.</summary>
    public Op At(int batch)
    {
        if (_lines is null)
        {
            return _op;
        }

        var attributes = new OpAttributes();
        foreach ((string name, BatchLine[] numbers) in _lines)
        {
            attributes.Add(name, Array.ConvertAll(numbers, n => n.At(batch)));
        }

        return _op.With(attributes)!;
    }

    private static BatchLine[]? Lines(int[] batches, OpAttribute[] attributes)
    {
        int count = attributes[0].Numbers.Count;
        if (attributes.Any(a => a.Numbers.Count != count))
        {
            return null;
        }

        BatchLine?[] lines =
            [.. Enumerable.Range(0, count).Select(k => BatchLine.Through(batches, [.. attributes.Select(a => a.Numbers[k])]))];
        return lines.All(l => l is not null) ? Array.ConvertAll(lines, l => l!.Value) : null;
    }

    private static string Seen(int[] batches, OpAttributes[] all, int attribute) =>
        $"its {all[0][attribute]} for {batches[0]}, {string.Join(" × ", all[1][attribute].Numbers)} for {batches[1]}";
}
