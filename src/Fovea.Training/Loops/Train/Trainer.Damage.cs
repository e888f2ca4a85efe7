using System.Security.Cryptography;
using System.Text;

namespace Fovea.Training;

// Damaged pictures, each of which is named once in a run, however often it is met and whoever meets it.
public sealed partial class Trainer
{
    private void NameReplaced(IReadOnlyList<string> reasons) => Name(reasons, "It is damaged, and in its place the next of its shard is trained on that can be read.");

    private void NameLeftOut(Evaluation? evaluation) => Name(evaluation?.Unreadable.Select(u => u.Reason) ?? [], "It is damaged, and left out of the validation.");

    private void Name(IEnumerable<string> reasons, string what)
    {
        foreach (string reason in reasons)
        {
            if (_state.DamagedNamed.Add(MarkOf(reason)))
            {
                _recorder.Warn($"{reason} {what}");
            }
        }
    }

    // A checkpoint keeps this of each rather than its sentence.
    private static string MarkOf(string reason) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(reason)), 0, 8);
}
