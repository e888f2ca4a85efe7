namespace Fovea.Onnx.Import;

/// <summary>NonMaxSuppression: of boxes that lie over one another the one of the highest score, for each picture and class.</summary>
internal static class NonMaxSuppressionOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("NonMaxSuppression", [10, 11], Select)];

    private static Func<NodeInputs, Tensor> Select(NodeSetup node)
    {
        bool isCentred = node.Attributes.Flag("center_point_box");
        return x =>
        {
            (Tensor boxes, Tensor scores) = (x[0], x[1]);
            if (boxes.Rank != 3 || scores.Rank != 3 || boxes.Shape[2] != 4 || boxes.Shape[0] != scores.Shape[0] || boxes.Shape[1] != scores.Shape[2])
            {
                throw new OnnxException($"expected boxes [N, boxes, 4] and scores [N, classes, boxes], got {boxes.Shape} and {scores.Shape}");
            }

            long most = x.Optional(2) is { Elements: > 0 } ? (long)x.Number(2) : 0;
            float overlap = x.Optional(3) is { Elements: > 0 } ? (float)x.Number(3) : 0;
            float? least = x.Optional(4) is { Elements: > 0 } ? (float)x.Number(4) : null;
            var chosen = new List<long>();
            float[] corners = boxes.To(DType.Float32).ToArray<float>(), all = scores.To(DType.Float32).ToArray<float>();
            (int count, int classes) = (boxes.Shape[1], scores.Shape[1]);
            for (int n = 0; n < boxes.Shape[0] && most > 0; n++)
            {
                Box[] picture = [.. Enumerable.Range(0, count).Select(i => Box.Of(corners.AsSpan(((n * count) + i) * 4, 4), isCentred))];
                for (int c = 0; c < classes; c++)
                {
                    foreach (int i in Best(picture, all.AsSpan(((n * classes) + c) * count, count), most, overlap, least))
                    {
                        chosen.AddRange([n, c, i]);
                    }
                }
            }

            return Tensor.From(chosen.ToArray(), [chosen.Count / 3, 3]);
        };
    }

    /// <summary>The boxes that stay, by falling score; of equal ones the first comes first.</summary>
    private static List<int> Best(Box[] boxes, ReadOnlySpan<float> scores, long most, float overlap, float? least)
    {
        var order = new List<int>();
        for (int i = 0; i < scores.Length; i++)
        {
            if (least is null || scores[i] > least)
            {
                order.Add(i);
            }
        }

        float[] values = scores.ToArray();
        var kept = new List<int>();
        foreach (int i in order.OrderByDescending(i => values[i]).ThenBy(i => i))
        {
            if (kept.Count >= most)
            {
                break;
            }

            if (!kept.Any(k => boxes[k].Overlap(boxes[i]) > overlap))
            {
                kept.Add(i);
            }
        }

        return kept;
    }

    /// <summary>A box by its sides.</summary>
    private readonly record struct Box(float Top, float Left, float Bottom, float Right)
    {
        private float Area => (Bottom - Top) * (Right - Left);

        /// <summary>Any two opposite corners [y, x, y, x], or centre and size [x, y, width, height].</summary>
        public static Box Of(ReadOnlySpan<float> b, bool isCentred) => isCentred
            ? new(b[1] - (b[3] / 2), b[0] - (b[2] / 2), b[1] + (b[3] / 2), b[0] + (b[2] / 2))
            : new(MathF.Min(b[0], b[2]), MathF.Min(b[1], b[3]), MathF.Max(b[0], b[2]), MathF.Max(b[1], b[3]));

        /// <summary>The area of both over that of either.</summary>
        public float Overlap(Box other)
        {
            float height = MathF.Min(Bottom, other.Bottom) - MathF.Max(Top, other.Top), width = MathF.Min(Right, other.Right) - MathF.Max(Left, other.Left);
            if (height <= 0 || width <= 0 || Area <= 0 || other.Area <= 0)
            {
                return 0;
            }

            float both = height * width;
            return both / (Area + other.Area - both);
        }
    }
}
