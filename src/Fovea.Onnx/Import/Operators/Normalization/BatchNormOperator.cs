namespace Fovea.Onnx.Import;

/// <summary>BatchNormalization: by running statistics, or in training mode by those of the batch.</summary>
internal static class BatchNormOperator
{
    public static IEnumerable<Operator> All =>
        [Operator.Of("BatchNormalization", [6, 7, 9, 14, 15], BatchNorm).WithWeights(1, 2).WithStatistics(3, 4)];

    private static Func<NodeInputs, Tensor> BatchNorm(NodeSetup node)
    {
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        double momentum = 1 - node.Attributes.Float("momentum", 0.9f);
        bool spatial = node.Version >= 9 || node.Attributes.Flag("spatial", true);
        node.OneOutput("statistics of the batch");
        if (node.Version < 7 && !node.Attributes.Flag("is_test"))
        {
            throw new NodeRefusal("is_test 0 (statistics of the batch in the file itself) is not known; export the model for inference");
        }

        if (node.Version >= 14)
        {
            node.Attributes.Only("training_mode", 0);
        }

        // Statistics that the file computes are its own business, and a norm whose scale is frozen keeps those that it has.
        bool follows = node.ElementTypes(3) is not null && node.ElementTypes(4) is not null;
        return x => spatial || x[1].Rank == 1
            ? x[0].BatchNorm(x[3], x[4], x[1], x[2], x.IsTraining && follows && x[1].RequiresGrad, momentum, epsilon)
            : (x[0] - x[3]) / (x[4] + epsilon).Sqrt() * x[1] + x[2];
    }
}
