// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Books} from "./Books.sol";
import {ChannelHashes} from "./ChannelHashes.sol";
import {Channel, Claim, Lock, Side, Signature, State} from "./ChannelTypes.sol";
import {SecretRegistry} from "./SecretRegistry.sol";

/// @title Payment channels between two parties each, all in one immutable contract
/// @notice A channel is open, then closing, then settled, and is forgotten when nothing of it is left:
///
///     open ──close──▶ closing ──settle, after the window──▶ (settled, while locks are left) ──resolve──▶ gone
///       └──closeTogether, from either──▶ gone
///
/// Parties are channel keys, known by their addresses; anybody may send the transactions. Times are block.timestamp in seconds, amounts base
/// units of the channel's token. A channel's constant facts are not stored: each call names them and they are hashed to the id.
/// @dev What a reviewer should look at.
/// - Conservation. A state names the totals that it was built on, and is refused unless its parts sum to them. What was deposited or withdrawn
///   since is its depositor's or its withdrawer's. So for every accepted state: A's share + B's share + locks = what the channel holds, none
///   below zero; a state by which a party has withdrawn more than it has is provably old and is refused.
/// - Newest wins. Only a strictly higher nonce with both signatures replaces a state, any number of times, by anybody. An old state is
///   corrected and not punished: a restored backup must not be fatal. Parties must never sign two states with one nonce.
/// - A tower can challenge and not close: closing takes a party's own signature over a demand to close, which no state holds.
/// - Windows. Δ from the close; a challenge leaves Δ again, but the end is never later than 2Δ after the close. A party that holds the newest
///   state and acts within Δ of the close always wins: after it no nonce is higher.
/// - Nothing is deposited or withdrawn once a close has begun, so the shares of a state do not change in the window.
/// - Locks are paid by when their secret was registered, not by when the channel settles. At most 30 each way, each once: a bit each, and
///   never more than what the state locks on that side. A signer must itself see that the locks sum to that and stand at distinct places
///   below 30: what a malformed tree leaves over stays here.
/// - Replay. The EIP-712 domain names chain and contract, the channel id names both again, parties, token and the counter. Every struct type
///   has its own type hash.
/// - Only deposits that are final on the chain should be signed upon. Should one vanish all the same, its depositor bears it as far as its
///   share goes.
contract ChannelManager is Books, SecretRegistry, Multicall {
    using SafeCast for uint256;

    /// @notice What is stored of a channel: four slots.
    /// @param fundsA All that A has deposited, ever; once settled, what of A's locks is unresolved.
    /// @param fundsB As fundsA, for B. Both zero: there is no such channel.
    /// @param withdrew Whether the next slot is in use; spares most challenges a read.
    /// @param withdrawnA All that A has withdrawn, ever.
    /// @param withdrawnB All that B has withdrawn, ever.
    /// @param nonce Of the state that is closing or settled.
    /// @param closesAt From this second on the closing state can be settled; 0 while open and once settled.
    /// @param limit The latest second to which challenges can move closesAt.
    /// @param settled The free balances were credited, and locks are left.
    /// @param resolved A bit for each lock that is resolved: A's from bit 0, B's from bit 32.
    /// @param state Struct hash of the closing or settled state.
    struct Record {
        uint120 fundsA;
        uint120 fundsB;
        bool withdrew;
        uint128 withdrawnA;
        uint128 withdrawnB;
        uint64 nonce;
        uint48 closesAt;
        uint48 limit;
        bool settled;
        uint64 resolved;
        bytes32 state;
    }

    /// @dev What a run over claims has found so far.
    struct Resolution {
        uint256 toA;
        uint256 toB;
        uint120 leftA;
        uint120 leftB;
        uint64 resolved;
    }

    /// @notice The nonce of a state that both parties signed as the last one.
    uint64 public constant FINAL_NONCE = type(uint64).max;

    /// @notice Most locks that a party may offer in one state.
    uint8 public constant MAX_LOCKS = 30;

    /// @notice Longest Δ in seconds: funds are held for two of it after a close at most.
    uint256 public constant MAX_WINDOW = 60 days;

    /// @notice Δ in seconds: how long a close can be challenged.
    uint48 public immutable WINDOW;

    /// @notice How long a block can still be replaced, in seconds; a part of Δ.
    uint48 public immutable REORG_DEPTH;

    /// @notice How long a transaction may wait while its fee is raised, in seconds; a part of Δ.
    uint48 public immutable FEE_MARGIN;

    /// @notice How long an L2's sequencer can keep a transaction out, in seconds; a part of Δ.
    uint48 public immutable FORCED_INCLUSION;

    mapping(bytes32 id => Record record) private _records;

    /// @notice A channel was opened.
    /// @param id The channel's id.
    /// @param a Party A's key.
    /// @param b Party B's key.
    /// @param token The channel's token.
    /// @param counter The value of the open counter that is in the id.
    /// @param depositA What arrived for A.
    /// @param depositB What arrived for B.
    event Opened(
        bytes32 indexed id, address indexed a, address indexed b, address token, uint64 counter, uint120 depositA, uint120 depositB
    );

    /// @notice A deposit was added.
    /// @param id The channel's id.
    /// @param party Whose deposit it is.
    /// @param total All that the party has deposited, ever.
    event Deposited(bytes32 indexed id, address indexed party, uint120 total);

    /// @notice A party withdrew: its credit rose.
    /// @param id The channel's id.
    /// @param party Who withdrew.
    /// @param total All that the party has withdrawn, ever.
    event Withdrawn(bytes32 indexed id, address indexed party, uint128 total);

    /// @notice A close has begun, or was challenged.
    /// @param id The channel's id.
    /// @param nonce Of the state that settles unless a higher one comes in time.
    /// @param closesAt From this second on.
    event Closing(bytes32 indexed id, uint64 nonce, uint48 closesAt);

    /// @notice The free balances were credited; locks may be left.
    /// @param id The channel's id.
    /// @param nonce Of the state.
    event Settled(bytes32 indexed id, uint64 nonce);

    /// @notice Locks were resolved.
    /// @param id The channel's id.
    /// @param locks A bit for each lock: A's from bit 0, B's from bit 32.
    event Resolved(bytes32 indexed id, uint64 locks);

    /// @notice Δ is not above the sum of its parts.
    error WindowTooShort(uint256 window, uint256 needed);

    /// @notice Δ is above MAX_WINDOW.
    error WindowTooLong(uint256 window, uint256 longest);

    /// @notice The parties are the same, or one is zero.
    error BadParties(address self, address peer);

    /// @notice The address is neither party of the channel.
    error NotAParty(address party);

    /// @notice There is no such channel, or its close has begun.
    error NotOpen(bytes32 id);

    /// @notice The channel is not closing: open, settled, or there is none.
    error NotClosing(bytes32 id);

    /// @notice The channel is not settled, or nothing is left of it.
    error NotSettled(bytes32 id);

    /// @notice Too late to challenge.
    error WindowOver(uint256 closesAt, uint256 time);

    /// @notice Too early to settle.
    error WindowNotOver(uint256 closesAt, uint256 time);

    /// @notice A challenge needs a strictly higher nonce.
    error NonceNotHigher(uint64 nonce, uint64 known);

    /// @notice Not a state to close together by: another nonce than FINAL_NONCE, or locks.
    error NotFinal(uint64 nonce);

    /// @notice A state with nonce 0 is signed by nobody, so it may hold nothing.
    error UnsignedStateNotEmpty();

    /// @notice Another state is closing or settled.
    error WrongState(bytes32 expected, bytes32 actual);

    /// @notice An amount of a state is not below 2^128.
    error AmountTooLarge();

    /// @notice What a state gives out, withdrawals included, is not what it says was deposited.
    error NotConserved(uint256 expected, uint256 actual);

    /// @notice A party has withdrawn more than the state leaves it: the state is old.
    error Outspent(Side side, uint256 missing);

    /// @notice The trimmed locks of a state sum to more than the token's cap.
    error TrimmedOverCap(uint256 trimmed, uint256 cap);

    /// @notice Withdrawals are totals; this one was made already.
    error TotalNotHigher(uint128 total, uint128 known);

    /// @notice A withdrawal must leave something in the channel.
    error WithdrawalTooLarge(uint256 amount, uint256 held);

    /// @notice Locks stand at 0 to 29.
    error NoSuchLock(uint8 index);

    /// @notice The proof does not lead from this lock to the offerer's root.
    error NotInTree(uint8 index);

    /// @notice The secret is not registered and may still be.
    error LockPending(uint8 index, uint64 expiry);

    /// @notice The locks of a side are more than its state locks: the state was malformed.
    error LocksTooLarge(uint128 amount, uint120 left);

    /// @notice The owner and the spans are all that deployments differ in.
    /// @param owner Allows and disallows tokens and pauses deposits; nothing else.
    /// @param window Δ, more than the sum of the other three.
    /// @param reorgDepth How long a block can still be replaced.
    /// @param feeMargin How long a transaction may wait while its fee is raised.
    /// @param forcedInclusion How long an L2's sequencer can keep a transaction out; 0 on a chain without one.
    constructor(address owner, uint48 window, uint48 reorgDepth, uint48 feeMargin, uint48 forcedInclusion)
        EIP712("TPWallet Channels", "1")
        Ownable(owner)
    {
        uint256 needed = uint256(reorgDepth) + feeMargin + forcedInclusion + 1;
        if (window < needed) revert WindowTooShort(window, needed);
        if (window > MAX_WINDOW) revert WindowTooLong(window, MAX_WINDOW);
        (WINDOW, REORG_DEPTH, FEE_MARGIN, FORCED_INCLUSION) = (window, reorgDepth, feeMargin, forcedInclusion);
    }

    /// @notice Opens a channel between two keys with a first deposit from the caller, counted as `self`'s.
    /// @param self The channel key that the deposit is for.
    /// @param peer The other's. It agrees to nothing by this.
    /// @param token On the owner's list.
    /// @param amount Base units to transfer; what arrives counts.
    /// @return id The channel's id.
    function open(address self, address peer, address token, uint120 amount) external nonReentrant whenNotPaused returns (bytes32 id) {
        if (self == peer || self == address(0) || peer == address(0)) revert BadParties(self, peer);
        uint64 counter = ++opened;
        uint120 received = _take(token, amount);
        (address a, address b, uint120 fundsA, uint120 fundsB) =
            self < peer ? (self, peer, received, uint120(0)) : (peer, self, uint120(0), received);
        id = keccak256(abi.encode(block.chainid, address(this), a, b, token, counter));
        Record storage record = _records[id];
        (record.fundsA, record.fundsB) = (fundsA, fundsB);
        emit Opened(id, a, b, token, counter, fundsA, fundsB);
    }

    /// @notice Adds to a party's deposit, from the caller. States that were signed before stay good.
    /// @param channel The channel's constant facts.
    /// @param party Whose deposit it is.
    /// @param amount Base units to transfer; what arrives counts.
    function topUp(Channel calldata channel, address party, uint120 amount) external nonReentrant whenNotPaused {
        (bytes32 id, Record storage record) = _requireOpen(channel);
        Side side = _sideOf(channel, party);
        uint120 received = _take(channel.token, amount);
        uint120 total = side == Side.A ? record.fundsA += received : record.fundsB += received;
        emit Deposited(id, party, total);
    }

    /// @notice Credits a party with what both signed that it may have withdrawn in total (EIP-712 type Withdrawal), while the channel is open.
    /// Both must count a withdrawal as spent from its signature until the states name it or it has expired.
    /// @param channel The channel's constant facts.
    /// @param party Who withdraws.
    /// @param total All that the party will have withdrawn, this included.
    /// @param expiry Last second at which it is good.
    /// @param signatureA A's.
    /// @param signatureB B's.
    function withdraw(
        Channel calldata channel,
        address party,
        uint128 total,
        uint64 expiry,
        Signature calldata signatureA,
        Signature calldata signatureB
    ) external {
        (bytes32 id, Record storage record) = _requireOpen(channel);
        Side side = _sideOf(channel, party);
        _requireTime(expiry);
        _requireBoth(channel, ChannelHashes.withdrawal(id, party, total, expiry), signatureA, signatureB);
        uint128 known = side == Side.A ? record.withdrawnA : record.withdrawnB;
        if (total <= known) revert TotalNotHigher(total, known);
        uint256 held = uint256(record.fundsA) + record.fundsB - record.withdrawnA - record.withdrawnB;
        // Something must stay: a channel without any is gone, and its last is paid by a close.
        if (total - known >= held) revert WithdrawalTooLarge(total - known, held);
        if (side == Side.A) record.withdrawnA = total;
        else record.withdrawnB = total;
        record.withdrew = true;
        _credit(party, channel.token, total - known);
        emit Withdrawn(id, party, total);
    }

    /// @notice Ends a channel at once by a state that both signed as the last one: its nonce is FINAL_NONCE and it has no locks.
    /// @param channel The channel's constant facts.
    /// @param state The state.
    /// @param signatureA A's.
    /// @param signatureB B's.
    function closeTogether(Channel calldata channel, State calldata state, Signature calldata signatureA, Signature calldata signatureB)
        external
    {
        (bytes32 id, Record storage record) = _find(channel);
        if (record.settled || _isGone(record)) revert NotOpen(id);
        if (state.nonce != FINAL_NONCE || state.lockedA != 0 || state.lockedB != 0) revert NotFinal(state.nonce);
        _requireBoth(channel, ChannelHashes.hash(state, id), signatureA, signatureB);
        (uint256 shareA, uint256 shareB) = _shares(channel, record, state);
        delete _records[id];
        _credit(channel.a, channel.token, shareA);
        _credit(channel.b, channel.token, shareB);
        emit Settled(id, FINAL_NONCE);
    }

    /// @notice Begins to close by a state that the peer signed; the closer agrees to it by its demand (EIP-712 type Close), or by calling.
    /// With nonce 0 and everything else 0 it is the state before any was signed: each has what it deposited. That one needs no peer.
    /// @param channel The channel's constant facts.
    /// @param state The state to close by.
    /// @param closer Which party demands it.
    /// @param expiry Last second at which the demand is good; not read when the closer itself calls.
    /// @param demand The closer's signature over the demand; not read when the closer itself calls.
    /// @param peerSignature The other party's, over the state.
    function close(
        Channel calldata channel,
        State calldata state,
        Side closer,
        uint64 expiry,
        Signature calldata demand,
        Signature calldata peerSignature
    ) external {
        (bytes32 id, Record storage record) = _requireOpen(channel);
        bytes32 hash = ChannelHashes.hash(state, id);
        (address self, address peer) = closer == Side.A ? (channel.a, channel.b) : (channel.b, channel.a);
        if (msg.sender != self) {
            _requireTime(expiry);
            _requireSigner(self, _hashTypedDataV4(ChannelHashes.close(hash, expiry)), demand);
        }
        if (state.nonce != 0) _requireSigner(peer, _hashTypedDataV4(hash), peerSignature);
        // By conservation all else is zero too.
        else if (state.depositedA != 0 || state.depositedB != 0) revert UnsignedStateNotEmpty();
        _shares(channel, record, state);
        // No truncation: a uint48 of seconds lasts for millions of years, and Δ is at most MAX_WINDOW.
        uint48 closesAt = uint48(block.timestamp) + WINDOW;
        (record.nonce, record.closesAt, record.limit, record.state) = (state.nonce, closesAt, closesAt + WINDOW, hash);
        emit Closing(id, state.nonce, closesAt);
    }

    /// @notice Replaces the state of a closing channel by one with a higher nonce that both signed. Anybody may, until the window ends.
    /// @param channel The channel's constant facts.
    /// @param state The newer state.
    /// @param signatureA A's.
    /// @param signatureB B's.
    function challenge(Channel calldata channel, State calldata state, Signature calldata signatureA, Signature calldata signatureB)
        external
    {
        (bytes32 id, Record storage record) = _find(channel);
        (uint64 nonce, uint64 known, uint48 closesAt, uint48 limit) = (state.nonce, record.nonce, record.closesAt, record.limit);
        if (closesAt == 0) revert NotClosing(id);
        if (block.timestamp >= closesAt) revert WindowOver(closesAt, block.timestamp);
        if (nonce <= known) revert NonceNotHigher(nonce, known);
        bytes32 hash = ChannelHashes.hash(state, id);
        _requireBoth(channel, hash, signatureA, signatureB);
        _shares(channel, record, state);
        // Never earlier than it was: closesAt is at most Δ from a moment that has passed, or the limit.
        closesAt = uint48(block.timestamp) + WINDOW;
        if (closesAt > limit) closesAt = limit;
        record.state = hash;
        record.nonce = nonce;
        record.closesAt = closesAt;
        emit Closing(id, nonce, closesAt);
    }

    /// @notice Credits the free balances of a closing channel's state, once its window is over. Without locks the channel is gone by it.
    /// @param channel The channel's constant facts.
    /// @param state The state that the last close or challenge named.
    function settle(Channel calldata channel, State calldata state) external {
        (bytes32 id, Record storage record) = _find(channel);
        uint48 closesAt = record.closesAt;
        if (closesAt == 0) revert NotClosing(id);
        if (block.timestamp < closesAt) revert WindowNotOver(closesAt, block.timestamp);
        _requireState(record, ChannelHashes.hash(state, id));
        (uint256 shareA, uint256 shareB) = _shares(channel, record, state);
        if (state.lockedA == 0 && state.lockedB == 0) {
            delete _records[id];
        } else {
            (record.fundsA, record.fundsB) = (state.lockedA.toUint120(), state.lockedB.toUint120());
            (record.closesAt, record.settled) = (0, true);
        }
        _credit(channel.a, channel.token, shareA);
        _credit(channel.b, channel.token, shareB);
        emit Settled(id, state.nonce);
    }

    /// @notice Resolves locks of a settled channel: to the peer if the secret was registered by the expiry, to the offerer if not and the expiry is
    /// past. One that is resolved already changes nothing, so both parties may send all of theirs at once.
    /// @param channel The channel's constant facts.
    /// @param state The state that was settled.
    /// @param claims Any of its locks, in any order.
    function resolve(Channel calldata channel, State calldata state, Claim[] calldata claims) external {
        (bytes32 id, Record storage record) = _find(channel);
        if (!record.settled) revert NotSettled(id);
        _requireState(record, ChannelHashes.hash(state, id));
        uint128 floor = _lockFloor(channel.token);
        uint64 before = record.resolved;
        Resolution memory found = Resolution({toA: 0, toB: 0, leftA: record.fundsA, leftB: record.fundsB, resolved: before});
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata claim = claims[i];
            _resolve(found, claim, claim.offerer == Side.A ? state.locksA : state.locksB, floor);
        }
        if (found.leftA == 0 && found.leftB == 0) delete _records[id];
        else (record.fundsA, record.fundsB, record.resolved) = (found.leftA, found.leftB, found.resolved);
        _credit(channel.a, channel.token, found.toA);
        _credit(channel.b, channel.token, found.toB);
        emit Resolved(id, found.resolved ^ before);
    }

    /// @notice The id of a channel with these facts in this contract on this chain.
    /// @param channel The channel's constant facts.
    /// @return The id.
    function channelId(Channel calldata channel) external view returns (bytes32) {
        return ChannelHashes.id(channel, address(this), block.chainid);
    }

    /// @notice All that is stored of a channel; all zero for one that never was or is gone.
    /// @param id The channel's id.
    /// @return The record.
    function records(bytes32 id) external view returns (Record memory) {
        return _records[id];
    }

    /// @notice What both parties sign for a state: the EIP-712 digest.
    /// @param id The channel's id.
    /// @param state The state.
    /// @return The digest.
    function stateDigest(bytes32 id, State calldata state) external view returns (bytes32) {
        return _hashTypedDataV4(ChannelHashes.hash(state, id));
    }

    /// @notice What a closer signs.
    /// @param state The state's struct hash.
    /// @param expiry Last second at which the demand is good.
    /// @return The digest.
    function closeDigest(bytes32 state, uint64 expiry) external view returns (bytes32) {
        return _hashTypedDataV4(ChannelHashes.close(state, expiry));
    }

    /// @notice What both parties sign for a withdrawal.
    /// @param id The channel's id.
    /// @param party Who withdraws.
    /// @param total All that it will have withdrawn.
    /// @param expiry Last second at which it is good.
    /// @return The digest.
    function withdrawalDigest(bytes32 id, address party, uint128 total, uint64 expiry) external view returns (bytes32) {
        return _hashTypedDataV4(ChannelHashes.withdrawal(id, party, total, expiry));
    }

    /// @notice What a party signs to be paid.
    /// @param token In which token.
    /// @param to Where to.
    /// @param amount Base units.
    /// @param pulls How often the party has pulled in this token.
    /// @param expiry Last second at which it is good.
    /// @return The digest.
    function pullDigest(address token, address to, uint128 amount, uint64 pulls, uint64 expiry) external view returns (bytes32) {
        return _hashTypedDataV4(ChannelHashes.pull(token, to, amount, pulls, expiry));
    }

    /// @notice The struct hash of a state.
    /// @param id The channel's id.
    /// @param state The state.
    /// @return The hash.
    function stateHash(bytes32 id, State calldata state) external pure returns (bytes32) {
        return ChannelHashes.hash(state, id);
    }

    /// @notice The leaf of a lock.
    /// @param lock The lock.
    /// @return Its EIP-712 struct hash.
    function lockLeaf(Lock calldata lock) external pure returns (bytes32) {
        return ChannelHashes.leaf(lock);
    }

    /// @dev Decides one claim into `found`.
    function _resolve(Resolution memory found, Claim calldata claim, bytes32 root, uint128 floor) private view {
        Lock calldata lock = claim.lock;
        if (lock.index >= MAX_LOCKS) revert NoSuchLock(lock.index);
        bool offeredByA = claim.offerer == Side.A;
        uint64 bit = uint64(1) << (offeredByA ? lock.index : lock.index + 32);
        if (found.resolved & bit != 0) return;
        if (!MerkleProof.verifyCalldata(claim.proof, root, ChannelHashes.leaf(lock))) revert NotInTree(lock.index);
        bool paid = _isPaid(lock, floor);
        found.resolved |= bit;
        uint120 left = offeredByA ? found.leftA : found.leftB;
        if (lock.amount > left) revert LocksTooLarge(lock.amount, left);
        left -= uint256(lock.amount).toUint120();
        if (offeredByA) found.leftA = left;
        else found.leftB = left;
        if (offeredByA == paid) found.toB += lock.amount;
        else found.toA += lock.amount;
    }

    /// @dev Whether a lock pays the peer of its offerer; reverts while that is open.
    function _isPaid(Lock calldata lock, uint128 floor) private view returns (bool) {
        if (lock.amount < floor) return false;
        uint256 time = registeredAt[lock.kind][lock.target];
        if (time != 0 && time <= lock.expiry) return true;
        if (block.timestamp <= lock.expiry) revert LockPending(lock.index, lock.expiry);
        return false;
    }

    function _find(Channel calldata channel) private view returns (bytes32 id, Record storage record) {
        id = ChannelHashes.id(channel, address(this), block.chainid);
        record = _records[id];
    }

    function _requireOpen(Channel calldata channel) private view returns (bytes32 id, Record storage record) {
        (id, record) = _find(channel);
        if (record.closesAt != 0 || record.settled || _isGone(record)) revert NotOpen(id);
    }

    function _requireState(Record storage record, bytes32 hash) private view {
        bytes32 expected = record.state;
        if (hash != expected) revert WrongState(expected, hash);
    }

    function _requireBoth(Channel calldata channel, bytes32 hash, Signature calldata signatureA, Signature calldata signatureB)
        private
        view
    {
        bytes32 digest = _hashTypedDataV4(hash);
        _requireSigner(channel.a, digest, signatureA);
        _requireSigner(channel.b, digest, signatureB);
    }

    /// @dev Free shares of a state under the channel's present totals. Refuses a state that does not sum up, trims too much or is outspent.
    function _shares(Channel calldata channel, Record storage record, State calldata state)
        private
        view
        returns (uint256 shareA, uint256 shareB)
    {
        (uint256 trimmedA, uint256 trimmedB) = (state.trimmedA, state.trimmedB);
        _requireAmounts(state);
        // No sum overflows: at most seven terms below 2^128 each.
        unchecked {
            if (trimmedA + trimmedB != 0) _requireTrimmed(channel.token, trimmedA + trimmedB);
            (uint256 minusA, uint256 minusB) = (state.depositedA, state.depositedB);
            uint256 plusA = trimmedA + state.balanceA + state.withdrawnA;
            uint256 plusB = trimmedB + state.balanceB + state.withdrawnB;
            uint256 sum = plusA + plusB + state.lockedA + state.lockedB;
            if (sum != minusA + minusB) revert NotConserved(minusA + minusB, sum);
            (plusA, plusB) = (plusA + record.fundsA, plusB + record.fundsB);
            if (record.withdrew) (minusA, minusB) = (minusA + record.withdrawnA, minusB + record.withdrawnB);
            if (plusA < minusA) revert Outspent(Side.A, minusA - plusA);
            if (plusB < minusB) revert Outspent(Side.B, minusB - plusB);
            (shareA, shareB) = (plusA - minusA, plusB - minusB);
        }
    }

    /// @dev All amounts of a state are below 2^128.
    function _requireAmounts(State calldata state) private pure {
        uint256 bits = state.depositedA | state.depositedB | state.withdrawnA | state.withdrawnB | state.balanceA | state.balanceB
            | state.trimmedA | state.trimmedB | state.lockedA | state.lockedB;
        if (bits > type(uint128).max) revert AmountTooLarge();
    }

    function _requireTrimmed(address token, uint256 trimmed) private view {
        uint256 cap = _trimCap(token);
        if (trimmed > cap) revert TrimmedOverCap(trimmed, cap);
    }

    function _sideOf(Channel calldata channel, address party) private pure returns (Side) {
        if (party == channel.a) return Side.A;
        if (party == channel.b) return Side.B;
        revert NotAParty(party);
    }

    function _isGone(Record storage record) private view returns (bool) {
        return record.fundsA == 0 && record.fundsB == 0;
    }
}
