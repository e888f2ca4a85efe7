namespace Fovea.Training;

/// <summary>What came of a step, the same on every rank.</summary>
/// <param name="Outcomes">What came of each of its batches, in order.</param>
/// <param name="Notes">What each rank has to say.</param>
/// <param name="Damaged">What is wrong with each damaged picture that was met, in the order of the batches; a picture may be met often.</param>
internal readonly record struct StepResult(BatchOutcome[] Outcomes, RankNote[] Notes, IReadOnlyList<string> Damaged);
