namespace Fovea;

/// <summary>Cross entropy of logits.</summary>
public static class CrossEntropyExtensions
{
    extension(Tensor logits)
    {
        /// <summary>
        /// Cross entropy of softmax: per row <c>−Σ_c a_c · ln softmax(logits)_c</c>, where a is the target, smoothed by <c>(1 − s)·target +
        /// s/classes</c> and times the class weights; as PyTorch defines it. Shapes: logits <c>[N, C]</c> with labels <c>[N]</c>, or <c>[N,
        /// C, …]</c> with labels <c>[N, …]</c>; or probabilities of the logits' shape. The result is a scalar, or of the labels' shape
        /// without a reduction.
        /// </summary>
        /// <param name="target">Int64 labels from 0 to C − 1, or probabilities in the logits' element type.</param>
        /// <param name="weight">A factor for each class, [C], taken as a constant; null (the default) for 1.</param>
        /// <param name="labelSmoothing">s, from 0 (the default) to 1.</param>
        /// <param name="ignoreIndex">The label that leaves a row out (default −100).</param>
        /// <param name="reduction">
        /// Mean (the default), which divides by the sum of the rows' class weights for labels and by the number of rows for probabilities;
        /// a mean of nothing (every row is left out, or has the weight 0) is 0 with a gradient of 0, where PyTorch's is NaN with a gradient of
        /// 0: a batch of void pixels changes nothing and stops no run. Sum, or None.
        /// </param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="OptionException">The smoothing is not from 0 to 1.</exception>
        /// <exception cref="FoveaException">A label is out of range.</exception>
        public Tensor CrossEntropy(
            Tensor target, Tensor? weight = null, double labelSmoothing = 0, long ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(target);
            const string name = "cross_entropy";
            if (labelSmoothing is not (>= 0 and <= 1))
            {
                throw new OptionException(name, $"expected a label smoothing from 0 to 1, got {labelSmoothing}.");
            }

            if (logits.Rank < 2)
            {
                throw new ShapeException(name, "logits [N, C] or [N, C, …]", logits.Shape.ToString());
            }

            return target.DType.IsFloating()
                ? OfProbabilities(logits, target, weight, labelSmoothing, reduction)
                : OfLabels(logits, target, weight, new CrossEntropyOp(labelSmoothing, ignoreIndex, reduction));
        }
    }

    private static Tensor OfLabels(Tensor logits, Tensor target, Tensor? weight, CrossEntropyOp op)
    {
        Shape labels = logits.Shape.Without(1);
        if (target.Shape != labels)
        {
            throw new ShapeException(op.Name, $"labels {labels} for the logits {logits.Shape}", target.Shape.ToString());
        }

        Tensor rows = ClassesLast(logits).Reshape(labels.Elements, logits.Shape[1]);
        Tensor flat = target.Reshape(labels.Elements);
        Tensor loss = weight is null ? Op.Run(op, rows, flat) : Op.Run(op, rows, flat, weight);
        return op.Reduction == LossReduction.None ? loss.Reshape(labels.Lengths) : loss;
    }

    private static Tensor OfProbabilities(Tensor logits, Tensor target, Tensor? weight, double labelSmoothing, LossReduction reduction)
    {
        LossReductions.SameShape("cross_entropy", logits, target);
        int classes = logits.Shape[1];
        Tensor smoothed = labelSmoothing == 0 ? target : target * (1 - labelSmoothing) + labelSmoothing / classes;
        if (weight is not null)
        {
            smoothed *= weight.Detach().Reshape([classes, .. Enumerable.Repeat(1, logits.Rank - 2)]);
        }

        Tensor losses = -(smoothed * logits.LogSoftmax(1)).Sum([1]);
        return LossReductions.Apply(losses, reduction);
    }

    private static Tensor ClassesLast(Tensor logits) =>
        logits.Rank == 2 ? logits : logits.Permute([0, .. Enumerable.Range(2, logits.Rank - 2), 1]);
}
