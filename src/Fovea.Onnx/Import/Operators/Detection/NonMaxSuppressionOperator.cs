using Fovea.Models;

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
                Box[] picture = [.. Enumerable.Range(0, count).Select(i => BoxOf(corners.AsSpan(((n * count) + i) * 4, 4), isCentred))];
                for (int c = 0; c < classes; c++)
                {
                    foreach (int i in NonMaxSuppression.Select(picture, all.AsSpan(((n * classes) + c) * count, count), overlap, most, least))
                    {
                        chosen.AddRange([n, c, i]);
                    }
                }
            }

            return Tensor.From(chosen.ToArray(), [chosen.Count / 3, 3]);
        };
    }

    /// <summary>Any two opposite corners [y, x, y, x], or centre and size [x, y, width, height].</summary>
    private static Box BoxOf(ReadOnlySpan<float> b, bool isCentred) => isCentred
        ? new(b[0] - (b[2] / 2), b[1] - (b[3] / 2), b[0] + (b[2] / 2), b[1] + (b[3] / 2))
        : new(MathF.Min(b[1], b[3]), MathF.Min(b[0], b[2]), MathF.Max(b[1], b[3]), MathF.Max(b[0], b[2]));
}
