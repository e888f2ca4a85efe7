using Fovea.Soak.Readers;

namespace Fovea.Soak;

/// <summary>What became of the files of one reader. Any thread may add to it.</summary>
public sealed class ReaderResult(string reader)
{
    /// <summary>A small file may not take more, whatever it holds.</summary>
    public const long MostBytes = 64_000_000;

    /// <summary>Nor may it take longer.</summary>
    public const double MostMilliseconds = 1000;

    private readonly Lock _gate = new();

    public string Reader { get; } = reader;

    public int Files { get; private set; }

    public int ReadWell { get; private set; }

    /// <summary>How many files were refused, by the type of the exception.</summary>
    public SortedDictionary<string, int> TypedErrors { get; } = new(StringComparer.Ordinal);

    public (double Milliseconds, int Case) Slowest { get; private set; }

    public (long Bytes, int Case) Largest { get; private set; }

    /// <summary>What must not have happened, with the case.</summary>
    public SortedDictionary<int, string> Faults { get; } = [];

    /// <summary>Whether an outcome would be the slowest or the largest so far, and is worth another look.</summary>
    public bool IsRecord(CaseOutcome outcome) => outcome.Milliseconds > Slowest.Milliseconds || outcome.Bytes > Largest.Bytes;

    /// <summary>Counts a file.</summary>
    /// <returns>What is wrong with the outcome, or null.</returns>
    public string? Add(int number, CaseOutcome outcome)
    {
        lock (_gate)
        {
            Files++;
            Slowest = outcome.Milliseconds > Slowest.Milliseconds ? (outcome.Milliseconds, number) : Slowest;

            // Of equals the first, whichever thread comes first.
            Largest = outcome.Bytes > Largest.Bytes || (outcome.Bytes == Largest.Bytes && number < Largest.Case) ? (outcome.Bytes, number) : Largest;
            if (outcome.Error is null)
            {
                ReadWell++;
            }
            else if (Readers.Reader.IsTyped(outcome.Error))
            {
                string type = outcome.Error.GetType().Name;
                TypedErrors[type] = TypedErrors.GetValueOrDefault(type) + 1;
            }

            string? fault = outcome switch
            {
                { Error: { } error } when !Readers.Reader.IsTyped(error) => error.ToString(),
                { Bytes: > MostBytes } => $"took {outcome.Bytes:N0} bytes",
                { Milliseconds: > MostMilliseconds } => $"took {outcome.Milliseconds:N0} ms",
                _ => null,
            };
            if (fault is not null)
            {
                Faults[number] = fault;
            }

            return fault;
        }
    }
}
