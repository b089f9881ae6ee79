namespace Ms2m.Contracts;

/// <summary>The steps of the plans, by the names that the log, the command line and the dashboards show.</summary>
public static class StepNames
{
    public const string ReserveTarget = "reserve-target";
    public const string GrantAccess = "grant-access";
    public const string PrepareSource = "prepare-source";
    public const string OpenReplay = "open-replay";
    public const string SendFence = "send-fence";
    public const string PreCopy = "pre-copy";
    public const string TakeCheckpoint = "take-checkpoint";
    public const string SendCheckpoint = "send-checkpoint";
    public const string CheckOwner = "check-owner";
    public const string ReleaseName = "release-name";
    public const string RestoreShadow = "restore-shadow";
    public const string AttachShadow = "attach-shadow";
    public const string FollowReplay = "follow-replay";
    public const string QuiesceSource = "quiesce-source";
    public const string VerifyHandoff = "verify-handoff";
    public const string FreezeSource = "freeze-source";
    public const string ThawSource = "thaw-source";
    public const string StartTarget = "start-target";
    public const string RevokeSource = "revoke-source";
    public const string PromoteShadow = "promote-shadow";
    public const string ActivateInstance = "activate-instance";
    public const string CollectPages = "collect-pages";
    public const string AdoptInstance = "adopt-instance";
    public const string RemoveSource = "remove-source";
    public const string CloseReplay = "close-replay";
    public const string ConfirmRevival = "confirm-revival";
    public const string SettleName = "settle-name";
    public const string ReviveSource = "revive-source";
    public const string ReadoptSource = "readopt-source";
    public const string ConfirmSource = "confirm-source";
    public const string ResumeSource = "resume-source";
    public const string RevokeShadow = "revoke-shadow";
    public const string RemoveTarget = "remove-target";
    /// <summary>Not of a plan: what a collector asks nodes for after a migration's end.</summary>
    public const string CollectGarbage = "collect-garbage";

    public const string DiscardCheckpoint = "discard-checkpoint";
}
